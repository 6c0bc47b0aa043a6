"""What HTML's elements mean for translation.

After the HTML Standard, "Rendering" and "The translate attribute".
"""

__all__ = [
    "BLOCKS",
    "IMPLIED_ENDS",
    "OPAQUE",
    "PREFORMATTED",
    "TRANSLATED_ATTRIBUTES",
    "TRANSLATED_META",
    "VOID",
]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _names(
    "address applet article aside audio base blockquote body button canvas caption center col "
    "colgroup datalist dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li link listing main "
    "menu meta nav noframes noscript object ol optgroup option p plaintext pre search section "
    "select slot summary table tbody td template textarea tfoot th thead title tr ul video xmp"
)
"""A sentence never goes on past the tag of one. Any other element is part of a sentence."""

VOID = _names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track wbr"
)
"""Have no content, and so no end tag."""

IMPLIED_ENDS = _names("dd dt li optgroup option p rp rt tbody td tfoot th thead tr")
"""End where the next of them begins or their parent ends, if they have no end tag."""

OPAQUE = _names(
    "code embed iframe kbd listing math noembed plaintext samp script style svg var xmp"
)
"""Whose content is no text to be translated: code, and what is drawn or run."""

PREFORMATTED = frozenset({"pre", "textarea"})
"""In which every space and line end counts."""

TRANSLATED_ATTRIBUTES = _names(
    "abbr alt aria-braillelabel aria-description aria-label aria-placeholder "
    "aria-roledescription aria-valuetext label placeholder standby summary title"
)
"""Attributes whose values people read."""

TRANSLATED_META = _names(
    "abstract application-name apple-mobile-web-app-title description keywords og:description "
    "og:image:alt og:site_name og:title subject title twitter:description twitter:image:alt "
    "twitter:title"
)
"""Names of `meta` elements whose content people read."""
