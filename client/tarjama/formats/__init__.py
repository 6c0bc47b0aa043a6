"""The file formats that translators hold. Needs the `[cli]` extra.

Every format reads a file into units of tagged text and writes the file with the units replaced:

    units       Unit, FormatDocument, FileFormat: what a format gives and is
    inline      runs and codes of a paragraph <-> tagged text; tags: what is wrong with tags
    registry    format_for: which format a file is in
    content     what a file holds; package: ZIP archives; xml: XML documents
"""
