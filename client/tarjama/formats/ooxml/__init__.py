"""What Word, PowerPoint and Excel files have in common.

parts       the parts of a document and what they are
places      where units stand in them, and how they are replaced
drawing     text in DrawingML: diagrams, charts, text in shapes
properties  title, subject and such of a document
names       namespaces
"""
