"""Lifts tags and placeholders out of tagged text, and places them in its translation."""
