"""The namespaces of OpenDocument, as lxml writes them before a local name."""

__all__ = [
    "DC",
    "DRAW",
    "FO",
    "FORM",
    "LOEXT",
    "MANIFEST",
    "MATH",
    "META",
    "NUMBER",
    "OFFICE",
    "STYLE",
    "SVG",
    "TABLE",
    "TEXT",
    "XLINK",
]

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"

DC = "{http://purl.org/dc/elements/1.1/}"
DRAW = f"{_OASIS}drawing:1.0}}"
FO = f"{_OASIS}xsl-fo-compatible:1.0}}"
FORM = f"{_OASIS}form:1.0}}"
LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
MANIFEST = f"{_OASIS}manifest:1.0}}"
MATH = "{http://www.w3.org/1998/Math/MathML}"
META = f"{_OASIS}meta:1.0}}"
NUMBER = f"{_OASIS}datastyle:1.0}}"
OFFICE = f"{_OASIS}office:1.0}}"
STYLE = f"{_OASIS}style:1.0}}"
SVG = f"{_OASIS}svg-compatible:1.0}}"
TABLE = f"{_OASIS}table:1.0}}"
TEXT = f"{_OASIS}text:1.0}}"
XLINK = "{http://www.w3.org/1999/xlink}"
