"""A page to review in: one file for any browser, which loads nothing and runs on its own.

page        write_html_review, read_html_review
page.html, page.css, page.js: what it is made of
"""

from tarjama.review.html.page import read_html_review, write_html_review

__all__ = ["read_html_review", "write_html_review"]
