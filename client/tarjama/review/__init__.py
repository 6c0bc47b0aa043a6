"""Translations put before a reviewer, and reviewed ones put back. Needs the `[cli]` extra.

model       ReviewedDocument: units, their segments, and what is known of each
reuse       what a translation memory gives to a document, and takes of it
writing     write_review: as html, docx, xliff or tmx; reading: read_review
merging     find_source, read_source, merge: back into the document
record      a review as JSON; marks: codes as marks in text
"""
