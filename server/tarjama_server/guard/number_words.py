"""Numbers written as words, in Arabic and English, read generously.

The readers answer which numbers a text *could* mean by its words: they excuse a number that a
translation wrote in the other way, so a reading too many only makes a check milder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

__all__ = ["arabic_spoken_numbers", "english_month_numbers", "english_spoken_numbers"]

_HALF, _QUARTER = Decimal("0.5"), Decimal("0.25")
# Half past four is 4:30, half of them 50 %, an hour and a half 1.5.
_ALSO = {
    _HALF: tuple(map(Decimal, ("30", "50", "1.5"))),
    _QUARTER: tuple(map(Decimal, (15, 25, 45))),
}
_MULTIPLIERS = (12, 100)  # two dozen, three hundred

_ENGLISH_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_ENGLISH_SCALES |= {"trillion": 10**12}
_ENGLISH_TENS = ("twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
_ENGLISH_NUMBERS = (
    (0, "zero nil none no zeroth"),
    (1, "one first once single"),
    (2, "two second twice both pair couple double dual"),
    (3, "three third thrice triple trio"),
    (4, "four fourth quadruple"),
    (5, "five fifth"),
    (6, "six sixth"),
    (7, "seven seventh"),
    (8, "eight eighth"),
    (9, "nine ninth"),
    (10, "ten tenth decade decades"),
    (11, "eleven eleventh"),
    (12, "twelve twelfth dozen noon midnight"),
    (13, "thirteen thirteenth"),
    (14, "fourteen fourteenth"),
    (15, "fifteen fifteenth"),
    (16, "sixteen sixteenth"),
    (17, "seventeen seventeenth"),
    (18, "eighteen eighteenth"),
    (19, "nineteen nineteenth"),
    (100, "century centuries"),
    (_HALF, "half halves"),
    (_QUARTER, "quarter quarters"),
)
# fmt: off
_ENGLISH_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)
# fmt: on

_ARABIC_NUMBERS = (
    (0, "صفر"),
    (1, "واحد واحده احد احدي اول اولي حادي حاديه"),
    (2, "اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي ثاني ثنائي ثنائيه ثانيه ثان كلا كلتا ضعف"),
    (3, "ثلاث ثلاثه ثالث ثالثه ثلاثي ثلاثيه"),
    (4, "اربع اربعه رابع رابعه رباعي رباعيه"),
    (5, "خمس خمسه خامس خامسه خماسي خماسيه"),
    (6, "ست سته سادس سادسه سداسي سداسيه"),
    (7, "سبع سبعه سابع سابعه سباعي سباعيه سباعيات"),
    (8, "ثمان ثماني ثمانيه ثامن ثامنه"),
    (9, "تسع تسعه تاسع تاسعه"),
    (10, "عشر عشره عاشر عاشره عشرات"),
    (12, "ظهر ظهرا منتصف"),
    (100, "مئه مائه مئات"),
    (200, "مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي"),
    (10**3, "الف الفا الاف الوف"),
    (2 * 10**3, "الفان الفين الفي"),
    (10**6, "مليون مليونا ملايين"),
    (2 * 10**6, "مليونان مليونين مليوني"),
    (10**9, "مليار مليارا مليارات بليون بلايين"),
    (2 * 10**9, "ملياران مليارين ملياري"),
    (10**12, "تريليون تريليونا تريليونات ترليون"),
    (_HALF, "نصف"),
    (_QUARTER, "ربع"),
)
_ARABIC_STEMS = ("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع")
_ARABIC_DECADE = ("ينات", "ينيات")
_CENTURIES = (1600, 1700, 1800, 1900, 2000)
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
_ARABIC_FOLDED = str.maketrans("أإآٱىة", "ااااية")
_ARABIC_WORD = re.compile("[\u0621-\u064a]+")
_ARABIC_PREFIX = re.compile("[وف](?=..)|[بلك](?=..)|ال(?=..)|ل(?=..)")
# Two of a thing need no numeral: يومان, ساعتين. Plurals end so too.
_ARABIC_DUAL = re.compile("..(?:ان|ين|تا|ي)$")


def _english_lexicon() -> dict[str, Decimal]:
    lexicon = {word: Decimal(value) for value, words in _ENGLISH_NUMBERS for word in words.split()}
    for tens, stem in enumerate(_ENGLISH_TENS, start=2):
        lexicon |= dict.fromkeys((f"{stem}y", f"{stem}ies", f"{stem}ieth"), Decimal(10 * tens))
    for scale, value in _ENGLISH_SCALES.items():
        lexicon |= dict.fromkeys((scale, f"{scale}s", f"{scale}th"), Decimal(value))
    return lexicon


def _arabic_lexicon() -> dict[str, Decimal]:
    lexicon = {word: Decimal(value) for value, words in _ARABIC_NUMBERS for word in words.split()}
    for tens, stem in enumerate(_ARABIC_STEMS, start=2):
        words = (stem + end for end in ("ون", "ين", *_ARABIC_DECADE))
        lexicon |= dict.fromkeys(words, Decimal(10 * tens))
    for units, stem in enumerate(_ARABIC_STEMS[1:], start=3):
        hundreds = (stem + joint + hundred for joint in ("", "ي") for hundred in ("مئه", "مائه"))
        lexicon |= dict.fromkeys(hundreds, Decimal(100 * units))
    return lexicon


_ENGLISH = _english_lexicon()
_ARABIC = _arabic_lexicon()


def english_spoken_numbers(text: str) -> set[Decimal]:
    """Every number that the words of an English text could mean: "twenty-five" is 20, 5 and 25."""
    words = re.findall(r"[a-z]+", text.casefold())
    return _spoken(words, _ENGLISH, joints=frozenset(("and", "a", "an")))


def english_month_numbers(text: str) -> set[int]:
    """Numbers of the months that an English text names, in full or by three letters."""
    starts = {word[:3] for word in re.findall(r"[a-z]{3,}", text.casefold())}
    return {number for number, name in enumerate(_ENGLISH_MONTHS, start=1) if name in starts}


def arabic_spoken_numbers(text: str) -> set[Decimal]:
    """Every number that the words of an Arabic text could mean.

    With 2 for what may be a dual, and the years that a decade ("the seventies") may begin with.
    """
    plain = _ARABIC_MARKS.sub("", text).translate(_ARABIC_FOLDED).replace("ة", "ه")
    words = [_without_prefixes(word) for word in _ARABIC_WORD.findall(plain)]
    values = _spoken(words, _ARABIC, joints=frozenset("و"))
    if any(_ARABIC_DUAL.search(word) for word in words):
        values.add(Decimal(2))
    decades = {_ARABIC[word] for word in words if word in _ARABIC and word.endswith(_ARABIC_DECADE)}
    values.update(century + decade for century in _CENTURIES for decade in decades)
    return values


def _without_prefixes(word: str) -> str:
    """Take off conjunction, preposition and article one by one until a number word is left."""
    left = word
    while left not in _ARABIC:
        prefix = _ARABIC_PREFIX.match(left)
        if not prefix:
            return word
        left = left[prefix.end() :]
    return left


def _spoken(
    words: Iterable[str], lexicon: Mapping[str, Decimal], *, joints: frozenset[str]
) -> set[Decimal]:
    """Read runs of number words, keeping each part and sum on the way.

    A fraction after a scale is a part of it ("a million and a half").
    """
    values: set[Decimal] = set()
    total = current = scale = Decimal(0)
    for word in words:
        value = lexicon.get(word)
        if value is None:
            if word not in joints:
                total = current = scale = Decimal(0)
            continue
        if value >= 1000 or (value in _MULTIPLIERS and current < 100):
            current = (current or Decimal(1)) * value
            if value >= 1000:
                scale, total, current = value, total + current, Decimal(0)
        elif value < 1 and scale:
            current = value * scale
        elif (value < 10 and current % 10) or (10 <= value < 100 and current % 100 >= 10):
            current = value  # "the eleventh and twelfth": another number begins
        else:
            current += value
        values.update((value, current, total, total + current, *_ALSO.get(value, ())))
    return values
