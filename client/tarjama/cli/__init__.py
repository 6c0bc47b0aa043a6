"""The `tarjama` command line. Needs the `[cli]` extra: click, rich and charset-normalizer."""
