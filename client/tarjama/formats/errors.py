"""What can be wrong with a file that is to be translated."""

__all__ = ["BadFile"]


class BadFile(Exception):
    """The file cannot be translated as it is: broken, hostile, encrypted or not what it says.

    The message says what is wrong and what to do, without the file's path and without any of its
    text, and ends in a full stop.
    """
