"""Text that breaks careless software."""

from hypothesis import strategies as st

_ARABIC = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس"

HOSTILE = [
    "مرحبا بالعالم.",
    "  مرحبا.\r\n\r\n\tكيف حالك؟ أنا بخير!  \n",
    "\ufeffعنوان\n\nنص أول. نص ثان.\n",
    "\u202bقال \u202aJohn\u202c نعم\u202c.\u200f\n",
    "ســـــلام عليـــكم... مَرْحَبًا",
    "١٢٣ كتابا، و٤٥٫٦٪ في ٢٠٢٤/٠٣/١٥",
    "راجع https://example.com/ا?q=1 أو اكتب إلى a.b@example.com أو @user #وسم",
    "😀 مرحبا 👨‍👩‍👧‍👦 بكم 🇸🇦",
    "- أولا\n- ثانيا\n١. ثالثا\n\n\n* رابعا",
    "اسم\tعمر\tمدينة\nعلي\t٣٠\tدمشق\n",
    "a\u0301 é \u0634\u0651\u064e ﷺ ﻻ \U0001d49c",
    "«" * 50 + "نص" + "»" * 50,
    ".،؛؟!" * 40,
    " ".join([_ARABIC] * 30),
    "ا" * 3000,
    "\u2028\u2029\x85\x0b\x0cنص\x1c\x1d\x1e",
    "\u0300\u0651\u064b\u200d\u200c",
    "\x01\x02\x1b[31mنص\x7f",
    "\ufffd\uffff\U0010ffff نص",
]

hostile_text = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE[:13]),
        st.sampled_from(_ARABIC.split()).map(lambda word: word + " "),
        st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\t", " ", ". ", "؟ ", "\u200f", "😀", "د. "]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
    ),
    max_size=12,
).map("".join)
"""Text of Arabic words, line ends and characters of every kind, U+0000 apart."""
