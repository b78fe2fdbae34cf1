"""HTML made small and well-nested in one linear pass, so that the cleaner after it is quick (F24).

nh3 takes 19 s for 100,000 nested tags, and an HTML5 parser repeats unclosed formatting in each new
paragraph. So here each known tag is closed as HTML5 would close it, and depth, tags and links are bounded."""

import html as entities
import re
from collections.abc import Set
from itertools import takewhile

DEPTH = 60
MOST_TAGS = 30_000
LINKS = 1_000
CUT = " [cut: the whole text is in the original mail]"
SIZE = 1_000_000
_LOOSE_QUOTES = 20

_BLOCKS = {
    *("blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol"),
    *("p", "pre", "table", "ul"),
}
_ROWS = {"caption", "tbody", "thead", "tfoot", "tr", "td", "th"}
TAGS = frozenset(
    {
        *("a", "abbr", "b", "br", "code", "del", "em", "i", "img", "ins", "s", "small", "span", "strike"),
        *("strong", "sub", "sup", "tt", "u"),
        *_BLOCKS,
        *_ROWS,
    }
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
# What is inside these is never text for people.
SILENT = frozenset(
    {
        *("script", "style", "title", "textarea", "noscript", "xmp", "iframe", "noembed", "noframes", "svg"),
        *("math", "template", "select", "object", "audio", "video", "canvas", "plaintext"),
    }
)
LINK = re.compile(r"\s*(?:https?://|mailto:)", re.IGNORECASE)

_VOID = {"br", "hr", "img"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_GROUPS = frozenset({"tbody", "thead", "tfoot"})
# Opening one of these ends the nearest open one of those, as browsers do.
_ENDS = {
    "a": {"a"},
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "tr": {"tr"},
    **dict.fromkeys(_CELLS, _CELLS),
    **dict.fromkeys(_GROUPS, _GROUPS),
    **dict.fromkeys(_HEADINGS, _HEADINGS),
}
_LISTS = {"ul", "ol", "dl", "blockquote"}
_TABLE = {"table", "td", "th", "caption"}

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})((?:[^>"']|"[^"]*"|'[^']*')*+)>""")
_LOOSE_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^>]*)>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")


def tame(html: str) -> str:
    """The same text with known tags only, each closed, at most `DEPTH` deep; linear in its length."""
    return _Tamer(html[:SIZE]).run() + (CUT if len(html) > SIZE else "")


class _Tamer:
    """One pass over the tags, with the stack of those that are open."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.out: list[str] = []
        self.open: list[str] = []
        self.tags = 0
        self.links = 0
        self.loose_quotes = 0

    def run(self) -> str:
        """Text between the tags is taken over as it is; it holds no `<`."""
        position = 0
        while (at := self.html.find("<", position)) >= 0:
            self.out.append(self.html[position:at])
            position = self._at_bracket(at)
        self.out.append(self.html[position:])
        return "".join([*self.out, *(f"</{name}>" for name in reversed(self.open))])

    def _at_bracket(self, at: int) -> int:
        following = self.html[at + 1 : at + 2]
        if following in ("!", "?"):
            return self._after(at, "-->" if self.html.startswith("<!--", at) else ">")
        if following.isascii() and following.isalpha():
            tag = self._tag_at(at)
            # Without its end nothing further can be a tag: a browser drops the rest, and so do we.
            return self._tag(tag) if tag else len(self.html)
        if following == "/":
            tag = self._tag_at(at)
            return self._tag(tag) if tag else self._after(at, ">")
        self.out.append("&lt;")
        return at + 1

    def _tag_at(self, at: int) -> re.Match[str] | None:
        tag = _TAG.match(self.html, at) if self.loose_quotes < _LOOSE_QUOTES else None
        if tag:
            return tag
        # A quote that never ends: looked for only a few times, since each look is as long as the mail.
        self.loose_quotes += 1
        return _LOOSE_TAG.match(self.html, at)

    def _after(self, at: int, words: str) -> int:
        end = self.html.find(words, at)
        return len(self.html) if end < 0 else end + len(words)

    def _tag(self, tag: re.Match[str]) -> int:
        name = tag.group(2).lower()
        self.tags += 1
        if self.tags > MOST_TAGS:
            self.out.append(CUT)
            return len(self.html)
        if name in SILENT:
            return tag.end() if tag.group(1) else self._after_silent(name, tag.end())
        if name in TAGS:
            if tag.group(1):
                self._close(name)
            else:
                self._open(name, tag.group(3))
        return tag.end()

    def _after_silent(self, name: str, start: int) -> int:
        end = re.compile(rf"</{name}", re.IGNORECASE).search(self.html, start)
        return self._after(end.end(), ">") if end else len(self.html)

    def _open(self, name: str, attributes: str) -> None:
        self._end_before(name)
        if self.open and self.open[-1] in ("table", "tbody", "thead", "tfoot", "tr") and name not in _ROWS:
            return  # browsers move such tags out of the table, once more for each row
        if name in _VOID:
            kept = self._attributes(name, attributes)
            self.out.append(_image(kept) if name == "img" else f"<{name}>")
        elif len(self.open) < DEPTH:
            self.open.append(name)
            self.out.append(_start(name, self._attributes(name, attributes)))

    def _end_before(self, name: str) -> None:
        if name in _BLOCKS:
            self._close_within({"p"}, _TABLE)
        if name in _ENDS:
            within = set() if name in _ROWS or name == "a" else _LISTS
            self._close_within(_ENDS[name], (_TABLE | within) - _ENDS[name])

    def _close_within(self, names: Set[str], boundary: Set[str]) -> None:
        reachable = takewhile(lambda name: name not in boundary, reversed(self.open))
        if found := next((name for name in reachable if name in names), None):
            self._close(found)

    def _close(self, name: str) -> None:
        if name not in self.open:
            return
        while (last := self.open.pop()) != name:
            self.out.append(f"</{last}>")
        self.out.append(f"</{name}>")

    def _attributes(self, name: str, text: str) -> dict[str, str]:
        allowed = ATTRIBUTES.get(name)
        if not allowed:
            return {}
        found = ((key.lower(), value.strip("\"'")) for key, value in _ATTRIBUTE.findall(text[:4000]))
        kept = {key: entities.unescape(value) for key, value in found if key in allowed}
        self.links += "href" in kept
        if self.links > LINKS:
            kept.pop("href", None)
        return kept


def _start(name: str, attributes: dict[str, str]) -> str:
    written = [f' {key}="{entities.escape(value)}"' for key, value in attributes.items()]
    return f"<{name}{''.join(written)}>"


def _image(attributes: dict[str, str]) -> str:
    source = attributes.get("src", "")
    if source.lower().startswith("cid:"):
        return _start("img", attributes | {"src": "cid:" + source[4:]})
    described = attributes.get("alt", "").strip()
    return f"[image: {entities.escape(described)}]" if described else ""
