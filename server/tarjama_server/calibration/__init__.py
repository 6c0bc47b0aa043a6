"""Measures a model on clean text: how long its sources and outputs may be, and how sure it is.

The segmenter goes by the token limits, the guard by the length ratios and `LOW_CONFIDENCE` by the
scores. All belong to a model: to how finely its vocabularies cut the words of either language, and
to what it learned.
"""

from tarjama_server.calibration.measuring import Measurement, Outcome, Progress, measure
from tarjama_server.calibration.pairs import CalibrationError, Pair, read_pairs
from tarjama_server.calibration.saving import check_writable, save
from tarjama_server.calibration.token_limits import LengthBucket, limits_of_release

__all__ = [
    "CalibrationError",
    "LengthBucket",
    "Measurement",
    "Outcome",
    "Pair",
    "Progress",
    "check_writable",
    "limits_of_release",
    "measure",
    "read_pairs",
    "save",
]
