"""Which words of a source the words of its translation were made from: pure functions."""
