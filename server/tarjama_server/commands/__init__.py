"""Sub-commands of `tarjama-server`."""
