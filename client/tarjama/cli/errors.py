"""Failures that the command line expects and reports in one line, without a traceback.

CommandFailed
 |- UnreadableInput     the input is not text, or not in the encoding that was taken
 |- OutputRefused       the output may not be written there
 |- JournalInUse        another command works on the same output
 +- EmbeddedServerFailed
OutputClosed            the reader of standard output has gone: nothing to report
UnknownFormat           `--format` names none
BadSettings             a settings file says what cannot be
"""


class CommandFailed(Exception):
    """Ends the work on one document, or the command, with exit code 1."""


class UnreadableInput(CommandFailed):
    """The input is binary, in an unknown encoding, or breaks its encoding."""


class OutputRefused(CommandFailed):
    """The output exists, is a source, or has a place where it cannot be written."""


class JournalInUse(CommandFailed):
    """Another command writes the same output."""


class EmbeddedServerFailed(CommandFailed):
    """The embedded server is not installed, did not start, or ended."""


class OutputClosed(Exception):
    """Whoever read standard output has closed it, as `head` does."""


class UnknownFormat(ValueError):
    """There is no format of that name. The message lists those that there are."""


class BadSettings(Exception):
    """A settings file cannot be read, or a key or value in it is wrong.

    The message names the file and the key.
    """
