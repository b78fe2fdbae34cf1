"""What must hold for every `ParsedMail`, whatever the bytes were."""

import json
import re
from dataclasses import asdict

from chalicelib.mail.domain import ParsedMail

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_bounded(mail: ParsedMail) -> None:
    """Small, on one line where it must be, and fit to be stored."""
    assert len(mail.text) <= 200_100
    assert len(mail.reply) <= 200_100
    assert len(mail.html or "") <= 6_000_000
    assert len(mail.attachments) <= 100
    assert max(len(mail.to), len(mail.cc), len(mail.reply_to)) <= 40
    assert max(len(mail.references), len(mail.in_reply_to)) <= 50
    assert len(mail.bounced) <= 100
    assert len(mail.faults) <= 21
    assert not _CONTROL.search(mail.text + mail.reply + (mail.html or ""))
    lines = list(_header_lines(mail))
    assert [line for line in lines if _BREAKS.search(line)] == []
    assert max(map(len, lines), default=0) <= 700
    names = [one.name for one in mail.attachments]
    assert len({name.casefold() for name in names}) == len(names)
    assert [name for name in names if not name or re.search(r"[/\\]", name) or name.startswith(".")] == []
    json.dumps(asdict(mail), default=repr).encode("utf-8")


def _header_lines(mail: ParsedMail):
    yield from (mail.subject, mail.message_id or "", *mail.references, *mail.in_reply_to, *mail.faults)
    for address in (mail.from_, *mail.to, *mail.cc, *mail.reply_to):
        if address:
            yield from (address.name, address.email)
    for one in mail.attachments:
        yield from (one.name, one.content_type, one.content_id or "")
    for bounce in mail.bounced:
        yield from (bounce.address, bounce.status, bounce.action, bounce.original_message_id or "")
