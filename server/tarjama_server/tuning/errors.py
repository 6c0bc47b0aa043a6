"""What can go wrong in tuning."""


class TuningError(Exception):
    """Nothing could be measured, or its outcome not be written. The message says why."""
