"""What can be wrong with a translation memory."""

__all__ = ["BadMemory"]


class BadMemory(Exception):
    """The memory cannot be read or written.

    The message says what is wrong and what to do, without the file's path and without any of its
    text, and ends in a full stop.
    """
