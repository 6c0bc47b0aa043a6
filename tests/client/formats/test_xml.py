"""What is read of an XML document, what is refused, and what is written."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.xml import XmlPart

BODY = '<a b="1&#10;">نص&nbsp; <c/><![CDATA[ق<&]]><!-- تعليق --> </a><!-- نهاية -->\n'
DOCTYPE = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://example.org/x.dtd">'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_untouched_document_is_written_as_it_was(encoding: str, quote: str) -> None:
    named = encoding.removesuffix("-sig")
    declaration = f'<?xml version="1.0" encoding="{named}" standalone="no"?>\r\n'
    data = (declaration.replace('"', quote) + DOCTYPE + "\n" + BODY).encode(encoding)
    assert XmlPart(data).to_bytes() == data


def test_a_document_without_declaration_gets_none() -> None:
    data = "<a>نص</a>".encode()
    assert XmlPart(data).to_bytes() == data


def test_a_changed_document_keeps_its_encoding() -> None:
    part = XmlPart('<?xml version="1.0" encoding="windows-1256"?><a>نص</a>'.encode("cp1256"))
    part.root.text = "text \u4e2d"
    assert part.to_bytes() == (b'<?xml version="1.0" encoding="windows-1256"?><a>text &#20013;</a>')


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (f'<!DOCTYPE a [<!ENTITY a0 "ha">{BOMB}]><a>&a9;</a>', "XML bomb"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "XML bomb"),
        ("<a><b></a>", "line 1"),
        ("<a>\n<b>", "line 2"),
        ("", "not well-formed"),
        ("plain text", "not well-formed"),
        ("<a>" * 300 + "</a>" * 300, "not well-formed"),
    ],
)
def test_a_wrong_or_hostile_document_is_refused(data: str, told: str) -> None:
    with pytest.raises(BadFile, match=told) as raised:
        XmlPart(data.encode(), name="word/document.xml")
    assert "word/document.xml" in str(raised.value)


def test_no_entity_is_fetched(tmp_path: object) -> None:
    data = f'<!DOCTYPE a SYSTEM "file://{tmp_path}/x.dtd"><a>&x;</a>'.encode()
    assert XmlPart(data).to_bytes() == data


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadFile):
        XmlPart(data).to_bytes()
