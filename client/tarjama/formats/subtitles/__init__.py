"""Subtitles: SubRip (.srt) and WebVTT (.vtt).

format      SubtitleFormat and its document
cues        where the cues are in a file, and what is in their text
speeches    which cues share a sentence
layout      a translation laid back over its cues and lines
"""

from tarjama.formats.subtitles.format import SubtitleFormat

__all__ = ["SubtitleFormat"]
