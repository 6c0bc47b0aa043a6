"""Encodings of Arabic text: recognised, and decoded as text arrives. Needs the `[cli]` extra.

decoding      DocumentDecoder: bytes in chunks to text, and how a translation is encoded
recognition   what the bytes of a document tell of its encoding
"""
