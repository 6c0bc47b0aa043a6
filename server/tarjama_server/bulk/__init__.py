"""Translates whole corpora: files in, files out, in shards, on Ray Data.

A shard is a run of rows of one input file and the unit of work: it is translated by one worker and
written at once, so a run that is killed goes on where it was. Only `ray_data` imports Ray, and only
`parquet` pyarrow: both come with the extra `ray`.
"""

from tarjama_server.bulk.errors import (
    BulkError,
    FolderInUse,
    InputFault,
    JobChanged,
    WorkerFault,
)
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.report import Report
from tarjama_server.bulk.run import BulkRequest, Execute, run_bulk
from tarjama_server.bulk.worker import WorkerTask

__all__ = [
    "BulkError",
    "BulkRequest",
    "Execute",
    "FolderInUse",
    "Format",
    "InputFault",
    "Job",
    "JobChanged",
    "Report",
    "WorkerFault",
    "WorkerTask",
    "run_bulk",
]
