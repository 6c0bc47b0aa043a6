"""Segments that are written and read back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama import Segment
from tarjama.cli.segment_records import read_segments, write_segments

# What is no number equals nothing, not even itself.
_SEGMENTS = st.from_type(Segment).filter(lambda segment: "nan" not in repr(segment))


@settings(deadline=None, max_examples=50)
@given(st.lists(_SEGMENTS, max_size=2))
def test_segments_come_back_as_they_were(segments: list[Segment]) -> None:
    assert read_segments(write_segments(segments)) == tuple(segments)
