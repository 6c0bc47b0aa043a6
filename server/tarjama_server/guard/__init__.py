"""Looks at what a model wrote and says what is wrong with it: pure functions on strings."""
