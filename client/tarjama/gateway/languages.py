"""The two languages that there are, and which of them a text is in."""

from collections.abc import Iterable, Mapping

from tarjama.formats.script import has_arabic

__all__ = ["AUTO", "LANGUAGES", "SOURCE", "TARGET", "detect", "language_code"]

SOURCE = "ar"
TARGET = "en"
AUTO = "auto"

LANGUAGES = (
    {"code": SOURCE, "name": "Arabic", "targets": [TARGET]},
    {"code": TARGET, "name": "English", "targets": []},
)
"""As `/languages` lists them. English is there as a target only."""

# ISO 639-2 and 639-3, which OPUS-CAT's plug-ins and some tools send.
_LONG_CODES = {"ara": SOURCE, "arb": SOURCE, "eng": TARGET}


def language_code(tag: str) -> str:
    """Gives the code of a language tag: `ar` for `ar`, `AR`, `ar-EG`, `ar_EG`, `ara`, `arb`.

    Codes of other languages are given in lower case.
    """
    code = tag.replace("_", "-").partition("-")[0].lower()
    return _LONG_CODES.get(code, code)


def detect(texts: Iterable[str]) -> Mapping[str, float | str]:
    """Tells the language of texts by their script: Arabic, or else English.

    Other languages of either script are not told apart: none of them can be translated.

    Returns:
        As LibreTranslate: `language`, and as `confidence` the percentage of the letters that are
        of its script; 0 where there are no letters.
    """
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    if not letters:
        return {"confidence": 0.0, "language": TARGET}
    share = sum(has_arabic(letter) for letter in letters) / len(letters)
    if share >= 0.5:
        return {"confidence": round(100 * share, 1), "language": SOURCE}
    return {"confidence": round(100 * (1 - share), 1), "language": TARGET}
