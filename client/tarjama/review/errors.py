"""What can be wrong with a review.

BadReview
 +- ReviewOutdated      it is of another version of the document
"""

__all__ = ["BadReview", "ReviewOutdated"]


class BadReview(Exception):
    """The review cannot be read or merged.

    The message says what is wrong and what to do, without any text of the document, and ends in a
    full stop.
    """


class ReviewOutdated(BadReview):
    """The document is not the one that was translated for the review."""
