"""A calendar invitation in words, so that it can be read in a ticket."""

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:\n]{0,500})?):([^\n]*)")
_WORDS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled invitation",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Another time is proposed for",
    "PUBLISH": "Event",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "accepted tentatively"}
_SIZE = 100_000


def method_of(ics: str) -> str:
    """`request`, `reply`, `cancel` … or nothing, in lower case."""
    return dict(_lines(ics, inside_event=False)).get("METHOD", ("", ""))[1].strip().lower()


def summary_of(ics: str) -> str:
    """What, when, where, who: a few lines of plain text."""
    event = dict(reversed(_lines(ics, inside_event=True)))
    word = _WORDS.get(method_of(ics).upper(), "Event")
    lines = [f"{word}: {_text(event, 'SUMMARY') or 'without a title'}"]
    lines += [f"When: {_when(event)}"] if "DTSTART" in event else []
    lines += ["Repeats"] if "RRULE" in event else []
    lines += [f"Where: {_text(event, 'LOCATION')}"] if _text(event, "LOCATION") else []
    lines += [f"Organiser: {_person(event, 'ORGANIZER')}"] if "ORGANIZER" in event else []
    lines += _answer(event) if word.startswith("Answer") else []
    return "\n".join(line[:500] for line in lines)


def _lines(ics: str, *, inside_event: bool) -> list[tuple[str, tuple[str, str]]]:
    unfolded = _FOLD.sub("", ics[:_SIZE]).replace("\r", "")
    before, _, event = unfolded.partition("BEGIN:VEVENT")
    wanted = event.partition("END:VEVENT")[0] if inside_event else before
    return [
        (match[1].upper(), (match[2], match[3])) for match in map(_LINE.match, wanted.split("\n")) if match
    ]


def _text(event: dict[str, tuple[str, str]], name: str) -> str:
    value = event.get(name, ("", ""))[1]
    return re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], value).strip()


def _when(event: dict[str, tuple[str, str]]) -> str:
    ending = f" to {_moment(*event['DTEND'])}" if "DTEND" in event else ""
    return _moment(*event["DTSTART"]) + ending


def _moment(parameters: str, value: str) -> str:
    match = re.match(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?", value.strip())
    if not match:
        return value.strip()[:100]
    year, month, day, hour, minute, utc = match.groups()
    zone = re.search(r"TZID=\"?([^;:\"]{1,100})", parameters)
    time = f" {hour}:{minute}" if hour else ""
    return f"{year}-{month}-{day}{time}" + (" UTC" if utc else f" ({zone[1]})" if zone else "")


def _person(event: dict[str, tuple[str, str]], name: str) -> str:
    parameters, value = event[name]
    called = re.search(r"CN=\"?([^;:\"]{1,200})", parameters)
    email = re.sub(r"(?i)^mailto:", "", value.strip())
    return f"{called[1]} <{email}>" if called else email


def _answer(event: dict[str, tuple[str, str]]) -> list[str]:
    state = re.search(r"PARTSTAT=([A-Z]+)", event.get("ATTENDEE", ("", ""))[0].upper())
    return [f"Answer: {_ANSWERS.get(state[1], state[1].lower())}"] if state else []
