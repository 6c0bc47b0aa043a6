"""Facts and transformations of text, known to every room above."""
