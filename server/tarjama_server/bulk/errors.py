"""What can be wrong with a bulk job.

BulkError
├── InputFault     the input cannot be read as it was told
├── JobChanged     the output folder holds another job
├── FolderInUse    another run works on the output folder
└── WorkerFault    a worker could not translate a shard
"""


class BulkError(Exception):
    """A bulk job cannot go on. The message says why, in one line, without any text of a row."""


class InputFault(BulkError):
    """The input is missing, damaged, or not what the options say."""


class JobChanged(BulkError):
    """The output folder was begun with other options, another model or another input."""


class FolderInUse(BulkError):
    """Another run works on the output folder, or it holds what is no output of ours."""


class WorkerFault(BulkError):
    """A worker could not load the model or translate a shard. Finished shards stay."""
