"""What one reading may cost, and what it found wrong on the way."""

from dataclasses import dataclass, field

MAIL_BYTES = 40_000_000  # the most that SES delivers
HEADER_BYTES = 2_000_000  # of one header block, top or part
HEADER_LINES = 2_000
VALUE_CHARS = 256_000  # of one header
PARTS = 500
DEPTH = 30
PARAMETERS = 100
RECIPIENTS = 40
ADDRESSES = 1_000
ATTACHMENTS = 100
REFERENCES = 50
TEXT_CHARS = 200_000
TEXT_BYTES = 4_000_000  # of all text parts together
HTML_AS_TEXT = 400_000  # of all HTML that must be turned into plain text
BOUNCED = 100
FAULTS = 20


@dataclass(slots=True)
class Notes:
    """The faults of one mail, in plain words, each once; and the budget of what is dear."""

    faults: dict[str, None] = field(default_factory=dict)
    unreadable: bool = False
    guesses_left: int = 3  # guessing a charset is dear
    text_bytes_left: int = TEXT_BYTES
    html_left: int = HTML_AS_TEXT

    def fault(self, words: str) -> None:
        """Something was wrong, and could be mended."""
        if len(self.faults) < FAULTS:
            self.faults[words] = None

    def give_up(self, words: str) -> None:
        """Something was wrong, and what it held is only in the raw mail (F21)."""
        self.fault(words)
        self.unreadable = True

    def may_guess(self) -> bool:
        """Take one guess from the budget."""
        self.guesses_left -= 1
        return self.guesses_left >= 0

    def take_text(self, raw: bytes) -> bytes:
        """As much of a text part as the budget still allows."""
        taken = raw[: self.text_bytes_left]
        self.text_bytes_left -= len(taken)
        self._tell_if_cut(raw, taken)
        return taken

    def take_html(self, html: str) -> str:
        """As much HTML as may still be turned into plain text, which is dear."""
        taken = html[: self.html_left]
        self.html_left -= len(taken)
        self._tell_if_cut(html, taken)
        return taken

    def _tell_if_cut(self, whole: str | bytes, taken: str | bytes) -> None:
        if len(taken) < len(whole):
            self.fault("the text is longer than is read; the rest is in the raw mail")
