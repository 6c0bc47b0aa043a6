"""Cuts a document into the pieces that the model sees."""
