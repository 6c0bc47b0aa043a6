"""Server of `tarjama.v1.TranslationService`."""
