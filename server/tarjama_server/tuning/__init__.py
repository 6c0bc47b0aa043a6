"""Finds the settings with which this machine translates the most, by measuring.

What is measured is the engine behind the batcher, as the server has it, in a process of its own for
each configuration and round: memory is then that of one configuration, and a process that was
unlucky does not count for all rounds.
"""

from tarjama_server.tuning.candidates import Candidates, Configuration
from tarjama_server.tuning.choice import (
    LATENCY_TOLERANCE,
    THROUGHPUT_TOLERANCE,
    Result,
    memory_per_worker,
)
from tarjama_server.tuning.errors import TuningError
from tarjama_server.tuning.measuring import Plan
from tarjama_server.tuning.sample import Sample, read_sample
from tarjama_server.tuning.searching import Findings, search
from tarjama_server.tuning.settings_file import SettingsFile
from tarjama_server.tuning.trial import Trial

__all__ = [
    "LATENCY_TOLERANCE",
    "THROUGHPUT_TOLERANCE",
    "Candidates",
    "Configuration",
    "Findings",
    "Plan",
    "Result",
    "Sample",
    "SettingsFile",
    "Trial",
    "TuningError",
    "memory_per_worker",
    "read_sample",
    "search",
]
