"""Reads XML that may be hostile, and writes it as it was declared."""

from xml.parsers import expat

from lxml import etree

from tarjama.formats.errors import BadFile

__all__ = ["XmlPart", "root_offset"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class XmlPart:
    """An XML document: a file, or an entry of an archive.

    Attributes:
        root: Its root element, free to be changed.
    """

    def __init__(self, data: bytes, *, name: str = "file") -> None:
        """Parses a document without entities, network or unlimited depth.

        White space, comments, CDATA sections and references to entities that are not declared
        stay as they are.

        Args:
            data: The document's bytes.
            name: What messages call it, such as the name of the archive's entry.

        Raises:
            BadFile: it is not well-formed, deeper than 256 elements, has a text of more than ten
                million bytes, or its DOCTYPE declares something.
        """
        self._data = data
        self._prolog = data[: root_offset(data, name)]
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            strip_cdata=False,
        )
        try:
            self.root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise BadFile(
                f"The {name} is not well-formed XML at line {error.lineno}. "
                "Get it anew, or mend it there."
            ) from error

    def to_bytes(self) -> bytes:
        """Writes the document in its encoding. What is before the root element is as it was."""
        bom, codec = next(
            ((bom, codec) for bom, codec in _BOMS if self._data.startswith(bom)),
            (b"", self.root.getroottree().docinfo.encoding or "utf-8"),
        )
        text = self._data[len(bom) :].decode(codec)
        pieces = [
            etree.tostring(self.root, encoding="unicode", with_tail=False),
            *(etree.tostring(node, encoding="unicode") for node in self.root.itersiblings()),
            text[len(text.rstrip()) :],
        ]
        return self._prolog + "".join(pieces).encode(codec, errors="xmlcharrefreplace")


def refuse_declarations(parser: expat.XMLParserType, *, name: str = "file") -> None:
    """Makes a parser refuse a DOCTYPE that declares anything, such as an entity.

    Args:
        parser: Raises `BadFile` where it meets one.
        name: What the message calls the document.
    """

    def begin_doctype(_name: str, _system: str | None, _public: str | None, declares: bool) -> None:
        if declares:
            raise BadFile(
                f"The {name} has a DOCTYPE with declarations of its own, which can hide an XML "
                "bomb. Take the part in square brackets out of its DOCTYPE."
            )

    parser.StartDoctypeDeclHandler = begin_doctype


class _RootReached(Exception):
    """Ends the reading of a prolog at the offset given."""


def root_offset(data: bytes, name: str) -> int:
    """Finds the root element, and refuses a DOCTYPE before it that declares anything.

    Args:
        data: The document's bytes; what comes after the root element's start tag is not looked at.
        name: What messages call it.

    Returns:
        The offset of the root element's start tag.

    Raises:
        BadFile: the DOCTYPE declares something, or there is no root element.
    """
    parser = expat.ParserCreate()

    def begin_element(_name: str, _attributes: dict[str, str]) -> None:
        raise _RootReached(parser.CurrentByteIndex)

    refuse_declarations(parser, name=name)
    parser.StartElementHandler = begin_element
    try:
        parser.Parse(data, True)
    except _RootReached as reached:
        offset: int = reached.args[0]
        return offset
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadFile(f"The {name} is not well-formed XML. Get it anew, or mend it.") from error
    raise BadFile(f"The {name} has no root element. Get it anew, or mend it.")
