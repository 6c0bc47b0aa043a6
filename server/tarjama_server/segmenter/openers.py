"""Words that open a clause in Arabic prose, by which a reader hears where a long one divides.

News Arabic chains its sentences with wa- ("and") and leaves the full stops out, so what tells is
the word that opens the next one: a verb of saying with wa- (وقال, "and he said"), a phrase that
turns to another matter (من جهته, "for his part"), or a conjunction (بينما, "while"). Wa- alone
tells nothing: most words that begin with it go on with a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from tarjama_server.segmenter.boundaries import split_punctuation


class Opener(Enum):
    """What the first words of a clause say of it."""

    REPORT = auto()
    """A verb of saying or telling with wa-: in news, a new sentence."""
    TURN = auto()
    """A phrase that turns to another matter, or a word that with wa- mostly begins a sentence."""
    CLAUSE = auto()
    """A conjunction: a clause that leans on the one before, to cut off only where a cut must be."""
    BOUND = auto()
    """A word that completes what came before it, so that no sentence begins with it."""


_MAX_OPENER_WORDS = 3

# Third person past, the tense of reports: masculine, feminine. Each opens a sentence with wa-.
_REPORTING_VERBS = """
قال | قالت | أضاف | أضافت | ذكر | ذكرت | أكد | أكدت | أوضح | أوضحت | أشار | أشارت | أعلن
أعلنت | أفاد | أفادت | تابع | تابعت | صرح | صرحت | شدد | شددت | لفت | لفتت | نقل | نقلت
اعتبر | اعتبرت | رأى | رأت | زعم | زعمت | نفى | نفت | كشف | كشفت | توقع | توقعت
دعا | دعت | طالب | طالبت | حذر | حذرت | اتهم | اتهمت | أظهر | أظهرت | نشر | نشرت | كتب
كتبت | سأل | أجاب | رد | ردت | انتقد | انتقدت | أعرب | أعربت | وصف | وصفت | ختم | استطرد
أردف | أبلغ | أبلغت | أقر | أقرت | أصدر | أصدرت | قرر | قررت | جاء | جاءت | يقول | تقول
يضيف | يؤكد | يرى | يذكر | تشير | يشير
"""

# With wa- these open a sentence; without it they belong to the clause that they stand in.
_WORDS_OPENING_WITH_WA = """
كان | كانت | كانوا | أصبح | أصبحت | بدأ | بدأت | قام | قامت | تم | تمت | أدى | أدت | شهد
شهدت | أسفر | أسفرت | قتل | قتلت | بلغ | بلغت | وقع | وقعت | يأتي | تأتي | يعد | تعد | يعتبر
تعتبر | يتوقع | يجري | يبدو | ليس | ليست | لم | لن | قد | هو | هي | هم | هذا | هذه | هناك
بعد | منذ | خلال | بموجب | وفقا | بحسب | حسب | رغم | بالرغم
"""

_TURNS = """
من جهته | من جهتها | من جانبه | من جانبها | من جهة أخرى | من ناحية أخرى | من ناحيته
من المتوقع | من المقرر | من المنتظر | من ثم | على صعيد آخر | في غضون ذلك | في سياق متصل
في الوقت نفسه | في وقت سابق | في المقابل | في هذه الأثناء | في هذا السياق | إلى ذلك
بالإضافة إلى | إضافة إلى ذلك | علاوة على ذلك | فضلا عن ذلك | على الرغم من | مع ذلك | رغم ذلك
نتيجة لذلك | لذلك | بالتالي | بدوره | بدورها | يذكر أن | يشار إلى | الجدير بالذكر
جدير بالذكر | تجدر الإشارة | أما | أخيرا | ختاما | كذلك | كما | هكذا | يبقى | بناء على
"""

_CONJUNCTIONS = """
بينما | حيث | حيث إن | فيما | في حين | إذ | إلا أن | غير أن | بيد أن | لكن | لكنه | لكنها
ولكن | ولكنه | ولكنها | مما | ما أدى | بعدما | بعد أن | قبل أن | عندما | حينما | كلما | لأن
لأنه | لأنها | رغم أن | مع أن | بل | ثم | حتى | لو | إذا | إن كان | سواء | وذلك | وإن
وأن | وأنه | وأنها | فإن | فقد | وليس | ولا
"""

# "That" without wa-, and relative pronouns.
_BOUND_WORDS = """
أن | أنه | أنها | أنهم | أننا | أنني | بأن | بأنه | بأنها | بأنهم | التي | الذي | الذين
اللذين | اللتين | اللواتي | اللاتي
"""


def plain_words(words: Sequence[str]) -> list[str]:
    """Return `words` as `find_opener` compares them: bare letters, one kind of alef and ya."""
    return [split_punctuation(word)[1] for word in words]


def find_opener(words: Sequence[str], index: int) -> Opener | None:
    """Return what the words from `index` on open, if they open anything.

    Args:
        words: what `plain_words` returned.
        index: of the first word of the would-be clause.
    """
    for count in range(_MAX_OPENER_WORDS, 0, -1):
        opener = OPENERS.get(" ".join(words[index : index + count]))
        if opener:
            return opener
    return None


def _build_openers() -> Mapping[str, Opener]:
    openers = dict.fromkeys(_phrases(_CONJUNCTIONS), Opener.CLAUSE)
    openers |= dict.fromkeys(_phrases(_BOUND_WORDS), Opener.BOUND)
    for phrase in _phrases(_TURNS):
        openers[phrase] = openers[f"و{phrase}"] = Opener.TURN
    openers |= {f"و{word}": Opener.TURN for word in _phrases(_WORDS_OPENING_WITH_WA)}
    openers |= {f"و{verb}": Opener.REPORT for verb in _phrases(_REPORTING_VERBS)}
    return MappingProxyType(openers)


def _phrases(listing: str) -> list[str]:
    """Return the phrases of a listing, which `|` and line ends part, as bare letters."""
    return [" ".join(plain_words(item.split())) for item in re.split(r"[|\n]", listing.strip())]


OPENERS: Final = _build_openers()
"""What each phrase opens, its words as `plain_words` returns them."""
