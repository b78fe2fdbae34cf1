"""What is new in a mail: the quote of the earlier one and the signature cut off.

Line by line with tables of words, so that the cost is linear; the known library takes 2 s for 4,000 empty
lines, and takes a list of steps (`- first`) for a signature."""

import re
from collections.abc import Sequence

_ATTRIBUTION_LINES = 4
_ATTRIBUTION_CHARS = 500
_SIGNATURE_LINES = 25

# How a mail program introduces a quote: (a line that begins so, and ends so).
_ATTRIBUTIONS = (
    ("on ", "wrote:"),
    ("am ", "schrieb:"),
    ("am ", ":", "schrieb "),
    ("le ", "a écrit :"),
    ("le ", "a écrit:"),
    ("el ", "escribió:"),
    ("il ", "ha scritto:"),
    ("il giorno ", "ha scritto:"),
    ("em ", "escreveu:"),
    ("a ", "escreveu:"),
    ("op ", "schreef:"),
    ("op ", ":", "schreef "),
    ("w dniu ", "napisał(a):"),
    ("w dniu ", "pisze:"),
    ("dnia ", "napisał(a):"),
    ("dne ", "napsal(a):"),
    ("den ", "skrev:"),
    ("den ", ":", "skrev "),
    ("på ", "skrev:"),
    ("", "kirjoitti:"),
    ("", "пишет:"),
    ("", "написал:"),
    ("", "님이 작성:"),
    ("", "写道："),
    ("", "写道:"),
    ("", "wrote:"),
)
_SEPARATOR = re.compile(
    r"[-_ ]{2,10}\s?(?:original message|original appointment|ursprüngliche nachricht|message d'origine"
    r"|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|wiadomość oryginalna"
    r"|původní zpráva|oprindelig meddelelse|ursprungligt meddelande|opprinnelig melding"
    r"|исходное сообщение|原始邮件|元のメッセージ)\s?[-_ ]{2,10}",
    re.IGNORECASE,
)
_FROM_LABELS = {
    *(
        "from",
        "von",
        "de",
        "da",
        "van",
        "od",
        "från",
        "fra",
        "lähettäjä",
        "от",
        "发件人",
        "差出人",
        "보낸 사람",
    ),
}
_OTHER_LABELS = {
    *("sent", "date", "to", "cc", "subject", "gesendet", "datum", "an", "betreff", "envoyé", "à", "objet"),
    *("enviado", "enviado el", "para", "asunto", "inviato", "data", "a", "oggetto", "verzonden", "aan"),
    *("onderwerp", "wysłano", "do", "temat", "odesláno", "komu", "předmět", "skickat", "till", "ämne"),
    *("sendt", "til", "emne", "lähetetty", "vastaanottaja", "aihe", "отправлено", "кому", "тема", "assunto"),
    *(
        "发送时间",
        "收件人",
        "主题",
        "送信日時",
        "宛先",
        "件名",
        "보낸 날짜",
        "받는 사람",
        "제목",
        "date:",
        "kopie",
        "copie",
    ),
}
_MOBILE = re.compile(
    r"(?:sent from my |get outlook for |von meinem .{1,40} gesendet|gesendet von |envoyé de(?:puis)? mon "
    r"|enviado desde mi |inviato da(?:l mio)? |verzonden vanaf mijn |enviado do meu |skickat från min "
    r"|sendt fra min |wysłano z |odesláno z )[^.!?]{0,80}$",
    re.IGNORECASE,
)


def new_text(text: str, *, forwarded: bool) -> str:
    """Only what its sender wrote now; the whole text when cutting would leave nothing."""
    lines = text.split("\n")
    kept = lines if forwarded else _unquoted(lines)
    return "\n".join(_unsigned(kept)).strip("\n") or text


def _unquoted(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position].strip()
        length = _introduction(lines, position)
        if length and not _answered_inside(lines, position + length):
            break  # everything below is the earlier mail
        if not length and not line.startswith(">"):
            kept.append(lines[position])
        position += length or 1
    return kept


def _introduction(lines: Sequence[str], position: int) -> int:
    """How many lines introduce a quote here; 0 when none do."""
    line = lines[position].strip()
    if not line or line.startswith(">"):
        return 0
    if _SEPARATOR.fullmatch(line[:100]) or _is_header_block(lines, position):
        return 1
    return _attribution(lines, position)


def _attribution(lines: Sequence[str], position: int) -> int:
    joined = ""
    for length, line in enumerate(lines[position : position + _ATTRIBUTION_LINES], start=1):
        joined = f"{joined} {line.strip()[:_ATTRIBUTION_CHARS]}".strip()
        if not line.strip() or len(joined) > _ATTRIBUTION_CHARS:
            return 0
        if _introduces(joined.lower()):
            return length
    return 0


def _introduces(line: str) -> bool:
    # A date or an address must be in it: "The manual wrote:" is a sentence like any other.
    if not (line.endswith((":", "：")) and (sum(map(str.isdigit, line)) >= 3 or "@" in line)):
        return False
    return any(
        line.startswith(words[0]) and line.endswith(words[1]) and all(word in line for word in words[2:])
        for words in _ATTRIBUTIONS
    )


def _is_header_block(lines: Sequence[str], position: int) -> bool:
    if _label(lines[position]) not in _FROM_LABELS:
        return False
    following = [_label(line) for line in lines[position + 1 : position + 6]]
    return sum(label in _OTHER_LABELS for label in following) >= 2


def _label(line: str) -> str:
    label, colon, _ = line[:60].replace("：", ":").partition(":")
    return label.strip(" *\u00a0").lower() if colon else ""


def _answered_inside(lines: Sequence[str], position: int) -> bool:
    """True when quote marks follow: then each quoted line says so itself, and what is between is new."""
    following = (line.strip() for line in lines[position : position + 5])
    first = next((line for line in following if line), "")
    return first.startswith(">")


def _unsigned(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    for position, line in enumerate(lines):
        if line.rstrip("\r") == "-- " or (line == "--" and len(lines) - position <= _SIGNATURE_LINES):
            kept = kept[:position]
            break
    return _without_mobile(kept)


def _without_mobile(lines: list[str]) -> list[str]:
    while lines and (
        not lines[-1].strip() or _MOBILE.match(lines[-1].strip()) or set(lines[-1]) <= set("_ ")
    ):
        lines = lines[:-1]
    return lines
