"""What can be wrong with what a step is given."""


class RecipeError(Exception):
    """A step cannot do its work; the message says what, and what to do."""
