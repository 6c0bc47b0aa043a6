"""Which encoding is recognised, and what is refused."""

import codecs
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.encoding.decoding import DocumentDecoder, Encoding, UnreadableText, resolve_name

SEED = Path(__file__).parents[3] / "seeds" / "01-iraq-withdrawal.ar.txt"
ARTICLE = SEED.read_text(encoding="utf-8")
SENTENCE = "قال المتحدث باسم وزارة الخارجية إن السفارة في بغداد ستبقى مفتوحة."
RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах. " * 3
FRENCH = "Tous les êtres humains naissent libres et égaux en dignité et en droits. " * 3
PERSIAN_DIGRAPHS = "تک گپ چک"


def decoded(
    chunks: Sequence[bytes], codec: str | None = None
) -> tuple[str, Encoding | None, Encoding]:
    recognised: list[Encoding] = []
    decoder = DocumentDecoder(codec=codec, on_recognised=recognised.append)
    text = "".join(decoder.decode(chunk) for chunk in chunks) + decoder.decode(b"", final=True)
    assert len(recognised) == 1
    return text, recognised[0], decoder.output_encoding


def refusal(data: bytes, codec: str | None = None) -> str:
    with pytest.raises(UnreadableText) as raised:
        decoded([data], codec)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARTICLE, Encoding("utf-8")),
        (ARTICLE, Encoding("utf-8", codecs.BOM_UTF8)),
        (ARTICLE, Encoding("utf-16-le", codecs.BOM_UTF16_LE)),
        (ARTICLE, Encoding("utf-16-be", codecs.BOM_UTF16_BE)),
        (ARTICLE, Encoding("utf-16-le")),
        (ARTICLE, Encoding("utf-16-be")),
        (ARTICLE, Encoding("cp1256")),
        (SENTENCE, Encoding("cp1256")),
        ("A heading in English.\n\n" * 50 + ARTICLE, Encoding("cp1256")),
        ("A heading in English.\n\n" * 50 + ARTICLE, Encoding("utf-8")),
        ("A heading in English.\n" + SENTENCE, Encoding("utf-16-le")),
        ("نعم", Encoding("utf-16-le")),
        ("نعم", Encoding("utf-16-be")),
        ("نعم", Encoding("utf-8")),
        ("لا\r\n", Encoding("utf-8")),
        ("no Arabic at all", Encoding("utf-8")),
        ("café", Encoding("utf-8")),
        ("😀", Encoding("utf-8")),
        ("\x1b[1m" + SENTENCE, Encoding("utf-8")),
        (PERSIAN_DIGRAPHS, Encoding("utf-8")),
        ("", Encoding("utf-8")),
        ("", Encoding("utf-8", codecs.BOM_UTF8)),
        ("", Encoding("utf-16-le", codecs.BOM_UTF16_LE)),
        ("a", Encoding("utf-8")),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [1, 7, 1 << 20])
def test_an_encoding_is_recognised_whatever_the_chunks(
    text: str, encoding: Encoding, chunk_bytes: int
) -> None:
    data = encoding.bom + text.encode(encoding.codec)
    chunks = [data[at : at + chunk_bytes] for at in range(0, len(data), chunk_bytes)]
    assert decoded(chunks)[:2] == (text, encoding)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ((SENTENCE + "\n").encode("iso8859-6"), "--encoding"),
        ((SENTENCE + "\n").encode("cp720"), "--encoding"),
        (RUSSIAN.encode("cp1251"), "--encoding"),
        (RUSSIAN.encode("koi8-r"), "--encoding"),
        (FRENCH.encode("cp1252"), "--encoding"),
        ("نعم".encode("cp1256"), "Windows-1256"),
        (b"ab\xff" + SENTENCE.encode(), "offset 2"),
        (b"a" * 70000 + b"\xff", "offset 70000"),
    ],
)
def test_a_doubtful_encoding_is_refused_saying_what_to_do(data: bytes, named: str) -> None:
    message = refusal(data)
    assert "not clear" in message
    assert named in message


@pytest.mark.parametrize(
    ("data", "evidence"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "NUL byte at offset 8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00!\x00" + bytes(range(256)), "NUL byte"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "NUL byte"),
        (b"\x1f\x8b\x08\x08" + bytes(range(1, 256)), "control characters"),
        (b"abcd" + bytes(range(1, 32)) * 8 + b"\xff\xfe\xfd", "control characters"),
        (SENTENCE.encode() + b"\0", f"NUL byte at offset {len(SENTENCE.encode())}"),
        (SENTENCE.encode("utf-16") + b"\0\0", "NUL byte"),
        (b"ascii text\0", "NUL byte at offset 10"),
    ],
)
def test_a_binary_file_is_refused(data: bytes, evidence: str) -> None:
    message = refusal(data)
    assert "binary" in message
    assert evidence in message


def test_utf_32_is_refused_by_name() -> None:
    assert "UTF-32" in refusal(codecs.BOM_UTF32_LE + "نعم".encode("utf-32-le"))


@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("chunk_bytes", [1, 1000, 1 << 20])
def test_a_wrong_byte_is_named_by_its_offset_in_the_file(bom: bytes, chunk_bytes: int) -> None:
    good = bom + ARTICLE.encode() + "ن".encode()[:1]
    data = good + b"\xff" + ARTICLE.encode()
    decoder = DocumentDecoder()
    with pytest.raises(
        UnreadableText, match=f"Not valid UTF-8: wrong byte at offset {len(good) - 1}"
    ):
        for at in range(0, len(data), chunk_bytes):
            decoder.decode(data[at : at + chunk_bytes])


def test_a_document_cut_off_inside_a_character_is_refused() -> None:
    data = SENTENCE.encode()
    assert f"offset {len(data)}" in refusal(data + b"\xd9")


def test_text_is_given_out_before_the_document_ends() -> None:
    decoder = DocumentDecoder()
    assert decoder.decode(b"plain ASCII\n") == "plain ASCII\n"
    assert decoder.decode(b"still\n") == "still\n"
    assert decoder.decode("نعم".encode()) == "نعم"


def test_windows_1256_after_ascii_that_was_given_out_is_recognised() -> None:
    text, encoding, _ = decoded([b"A long heading\n", ARTICLE.encode("cp1256")])
    assert (text, encoding) == ("A long heading\n" + ARTICLE, Encoding("cp1256"))


@pytest.mark.parametrize(
    ("name", "data", "encoding"),
    [
        ("windows-1256", "نعم".encode("cp1256"), Encoding("cp1256")),
        ("CP1256", "نعم".encode("cp1256"), Encoding("cp1256")),
        ("iso-8859-6", "نعم".encode("iso8859-6"), Encoding("iso8859-6")),
        ("cp720", "نعم".encode("cp720"), Encoding("cp720")),
        ("utf8", codecs.BOM_UTF8 + "نعم".encode(), Encoding("utf-8", codecs.BOM_UTF8)),
        ("utf-8-sig", "نعم".encode(), Encoding("utf-8")),
        ("utf-16", "نعم".encode("utf-16-be"), Encoding("utf-16-be")),
        ("UTF-16", "نعم".encode("utf-16"), Encoding("utf-16-le", codecs.BOM_UTF16_LE)),
        ("utf-16-be", "نعم".encode("utf-16-be"), Encoding("utf-16-be")),
    ],
)
def test_a_named_encoding_is_taken(name: str, data: bytes, encoding: Encoding) -> None:
    assert decoded([data], resolve_name(name))[:2] == ("نعم", encoding)


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "base64", "cp1252", "idna", "\0"])
def test_an_encoding_that_is_not_for_arabic_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(ValueError, match="windows-1256"):
        resolve_name(name)


def test_utf_16_of_unclear_byte_order_is_refused() -> None:
    assert "byte order" in refusal(b"ab", resolve_name("utf-16"))


@pytest.mark.parametrize(
    ("encoding", "output"),
    [
        (Encoding("utf-8", codecs.BOM_UTF8), Encoding("utf-8", codecs.BOM_UTF8)),
        (Encoding("utf-16-be"), Encoding("utf-16-be")),
        (Encoding("cp1256"), Encoding("utf-8")),
    ],
)
def test_the_translation_keeps_a_unicode_encoding_only(
    encoding: Encoding, output: Encoding
) -> None:
    data = encoding.bom + ARTICLE.encode(encoding.codec)
    assert decoded([data])[2] == output


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")), st.data())
def test_utf_8_comes_out_as_it_went_in_however_it_is_cut(text: str, data: st.DataObject) -> None:
    text = SENTENCE + text
    encoded = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)), max_size=8)))
    chunks = [encoded[a:b] for a, b in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
    assert decoded(chunks)[0] == text


@given(st.binary(max_size=600), st.integers(1, 600))
def test_any_bytes_are_read_or_refused_alike_however_they_are_cut(data: bytes, at: int) -> None:
    def outcome(chunks: Sequence[bytes]) -> tuple[str, Encoding | None, Encoding] | type[Exception]:
        try:
            return decoded(chunks)
        except UnreadableText as error:
            return type(error)

    assert outcome([data[:at], data[at:]]) == outcome([data])
