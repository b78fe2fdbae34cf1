"""HTML from strangers, fit to be shown (F24). Cost is bounded by `tame`; safety is nh3's."""

import re

from chalicelib.mail.reader.plain import printable
from chalicelib.mail.reader.tame import ATTRIBUTES, LINK, SILENT, TAGS, tame

_GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")


def clean_html(html: str) -> str:
    """No scripts, styles, forms or classes; links leave with rel set; images only from inside the mail
    (`cid:`), remote ones become their description, tracking pixels nothing (F24)."""
    import nh3

    cleaned = nh3.clean(
        tame(html),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_allow,
        clean_content_tags=set(SILENT),
        url_schemes={"http", "https", "mailto", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    # `&#7;` was an innocent entity until it was read.
    return printable(cleaned)


def _allow(tag: str, attribute: str, value: str) -> str | None:
    if tag == "a" and attribute == "href":
        return value if LINK.match(value) else None
    if tag == "img" and attribute == "src":
        return value if value.startswith("cid:") else None
    return value


def html_to_text(cleaned: str) -> str:
    """Readable text of HTML that `clean_html` has cleaned; links keep their address."""
    from html2text import HTML2Text

    writer = HTML2Text(bodywidth=0)
    writer.ignore_images = True
    writer.ignore_emphasis = True
    writer.ignore_tables = True
    writer.use_automatic_links = True
    writer.unicode_snob = True
    return _GAPS.sub("\n\n", writer.handle(cleaned)).strip()
