"""Finds a caller's terms in a source and sees to it that their translations stand in the result."""
