"""What Word, PowerPoint and Excel files have in common.

parts       the parts of a document and what they are
places      where units stand in them, and how they are replaced
drawing     text in DrawingML: diagrams, charts, text in shapes
shapes      descriptions, tips of links and names of shapes
themes      names of themes and of styles of tables
formats     words in the formats of numbers
properties  title, subject and such of a document
names       namespaces
"""
