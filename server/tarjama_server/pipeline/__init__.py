"""A document in, its translated segments out."""
