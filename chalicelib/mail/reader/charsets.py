"""Bytes to text, whatever charset was declared (F22)."""

import codecs
import re

from chalicelib.mail.reader.notes import Notes

SAMPLE = 8_000

_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
# Python also calls `punycode` (quadratic), `unicode_escape` and `zip` codecs: only these are let in.
_TEXT_CODEC = re.compile(
    r"utf-?(?:7|8|8-sig|16|16-[lb]e|32|32-[lb]e)|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|gb2312|gbk|gb18030|hz"
    r"|big5|big5hkscs|euc_\w+|shift_jis\w*|iso2022_\w+|mac-\w+|tis-620|johab|ptcp154|kz1048"
)
# Names in real mail that Python does not know, or reads more narrowly than the mail programs that write them.
_MEANS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
_ALIASES = {
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "windows-874": "cp874",
    "x-mac-roman": "mac-roman",
    "x-macroman": "mac-roman",
    "macintosh": "mac-roman",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "ansi_x3.110-1983": "cp1252",
    "iso_8859-1:1987": "cp1252",
}
# Charsets worth guessing; the full list would be slower and wrong more often on short text.
_PLAUSIBLE = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp874", "mac_cyrillic"),
]


def decode(raw: bytes, charset: str | None, notes: Notes) -> str:
    """The text of these bytes; never an error. A charset that cannot be right is replaced by a guess."""
    codec = _codec(charset, notes)
    if _looks_japanese(raw, codec):
        codec = "iso2022_jp"
    # Eight-bit text that happens to be valid UTF-8 is UTF-8, whatever its label says.
    mislabelled = codec.startswith(("iso8859", "cp125")) and _is_utf8(raw)
    text = None if mislabelled else _strictly(raw, codec)
    return text if text is not None else _undeclared(raw, charset, notes)


def _codec(charset: str | None, notes: Notes) -> str:
    name = (charset or "us-ascii").strip().strip("'\"").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name if _NAME.fullmatch(name) else ""
    except (LookupError, ValueError):
        found = ""
    if not _TEXT_CODEC.fullmatch(found):
        notes.fault("a charset that nobody knows")
        return "ascii"
    return found


def _looks_japanese(raw: bytes, codec: str) -> bool:
    # Seven-bit Japanese without a declaration: the escape to its double-byte set gives it away.
    return codec in ("ascii", "utf-8") and (b"\x1b$B" in raw or b"\x1b$@" in raw)


def _is_utf8(raw: bytes) -> bool:
    return not raw.isascii() and _strictly(raw, "utf-8") is not None


def _strictly(raw: bytes, codec: str) -> str | None:
    if codec == "ascii" and not raw.isascii():
        return None
    try:
        return raw.decode(_MEANS.get(codec, codec))
    except (UnicodeError, ValueError):
        return None


def _undeclared(raw: bytes, charset: str | None, notes: Notes) -> str:
    text = _strictly(raw, "utf-8")
    if text is None:
        notes.fault("the text is not in the charset that the mail declares")
        return _nearly_utf8(raw) or raw.decode(_guess(raw, notes), "replace")
    if charset:
        notes.fault("the text is in UTF-8, not in the charset that the mail declares")
    return text


def _nearly_utf8(raw: bytes) -> str | None:
    """UTF-8 that was cut or has a few bad bytes; None when it is something else."""
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(raw) - len(text) + bad  # every multi-byte character shortens the text
    return text if bad * 10 <= good else None


def _guess(raw: bytes, notes: Notes) -> str:
    high = len(raw) - len(raw.translate(None, bytes(range(128, 256))))
    # Few high letters among many plain ones is a western language: short text, where guessing goes wrong.
    if high * 5 < len(raw) or not notes.may_guess():
        return _western(raw)
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:SAMPLE], cp_isolation=_PLAUSIBLE, steps=3).best()
    return best.encoding if best else _western(raw)


def _western(raw: bytes) -> str:
    # Five bytes mean nothing in windows-1252; latin-1 reads every byte there is.
    return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", raw) else "cp1252"
