"""Client of a Tarjama server: Arabic documents in, English translations out."""
