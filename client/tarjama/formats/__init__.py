"""The file formats that translators hold. Needs the `[cli]` extra.

Every format reads a file into units of tagged text and writes the file with the units replaced:

    registry        format_for: which format a file is in; FormatOptions: what formats can be told
    units           Unit, FormatDocument, FileFormat: what a format gives and is
    errors          BadFile: the file cannot be translated as it is
    inline          runs and codes of a paragraph <-> tagged text
    tags            what is wrong with the tags of a translation, and how to mend them
    content         what a file holds, and what it seems to be
    package         ZIP archives within limits; xml: XML without entities
    encoded_text    files of text, in whatever encoding
    css, script     style sheets turned to left-to-right; what is Arabic

The other modules and folders are one format each, or several of a kind.
"""
