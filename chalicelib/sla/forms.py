"""Calendars and plans as documents (TOML, JSON) to domain objects; every fault names its place."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any, TypeAlias

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain import Calendar, HoursKind, Kind, OwnDay, Plan, Region, Target, Window
from chalicelib.sla.domain.calendar import WEEK

Document: TypeAlias = Mapping[str, Any]

_MANY = 2_000
_DURATION = re.compile(r"(?:(\d{1,5})h)?(?:(\d{1,5})min)?")
_WINDOW = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_REGION = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,6}))?")


def calendar_from(document: Document) -> Calendar:
    """A calendar, as a built-in or as a customer writes it; see `calendars/GB.toml` for the form."""
    known = {"id", "version", "zone", "week", "always", "regions", "own_days", "off"}
    _refuse_unknown(document, known, "calendar")
    week = _mapping(document.get("week", {}), "week")
    _refuse_unknown(week, set(WEEK), "week")
    return Calendar(
        id=_text(document, "id"),
        version=_number(document, "version"),
        zone=_text(document, "zone", "UTC"),
        week=tuple(_windows(week.get(day, []), day) for day in WEEK),
        always=bool(document.get("always", False)),
        regions=tuple(region_from(region) for region in _list(document, "regions")),
        own_days=tuple(_own_day(own) for own in _list(document, "own_days")),
        off=frozenset(str(name) for name in _list(document, "off")),
    )


def region_from(text: object) -> Region:
    """`GB`, or `DE-BE` for a part of a country (ISO 3166)."""
    match = _REGION.fullmatch(str(text))
    if match is None:
        raise Invalid(f"{text!r} is no region: write an ISO 3166 code such as GB or DE-BE")
    return Region(country=match[1], subdivision=match[2])


def plan_from(document: Document, version: Document, fallback: Plan | None) -> Plan:
    """One version of a plan file; see `plans/expert.toml` for the form."""
    known = {"version", "warnings", "grace", "premium_by_phone", "own_channels", "severity"}
    _refuse_unknown(version, known, "version")
    severities = _mapping(version.get("severity", {}), "severity")
    return Plan(
        id=_text(document, "id"),
        version=_number(version, "version"),
        name=_text(document, "name"),
        severities=len(severities),
        targets=tuple(target for place in severities for target in _targets(place, severities[place])),
        warnings=tuple(float(part) for part in version.get("warnings", [])),
        grace=duration_from(version.get("grace")),
        paging=tuple(_hours_kind(severities[place].get("paging"), place) for place in sorted(severities)),
        fallback=fallback,
        own_channels=tuple(version.get("own_channels", [])),
    )


def duration_from(text: object) -> timedelta:
    """`8h`, `15min`, `1h30min`."""
    match = _DURATION.fullmatch(str(text))
    if match is None or not match[0]:
        raise Invalid(f"{text!r} is no duration: write 8h, 15min or 1h30min")
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))


def _targets(severity: str, document: Document) -> Iterator[Target]:
    _refuse_unknown(document, {*Kind, "paging"}, f"severity {severity}")
    for kind in Kind:
        if target := document.get(kind):
            _refuse_unknown(target, {"target", "hours", "by_phone"}, f"severity {severity}, {kind.words}")
            yield Target(
                kind=kind,
                severity=int(severity),
                duration=duration_from(target.get("target")),
                hours=_hours_kind(target.get("hours"), f"{severity}, {kind.words}"),
                by_phone=bool(target.get("by_phone", False)),
            )


def _own_day(document: object) -> OwnDay:
    own = _mapping(document, "own day")
    _refuse_unknown(own, {"date", "name", "windows", "on"}, "own day")
    return OwnDay(
        day=_date(own.get("date")),
        name=_text(own, "name"),
        windows=_windows(own.get("windows", []), "own day"),
        on=bool(own.get("on", True)),
    )


def _windows(texts: object, place: str) -> tuple[Window, ...]:
    if not isinstance(texts, list):
        raise Invalid(f"{place}: give a list of windows such as 09:00-17:00")
    return tuple(_window(str(text), place) for text in texts)


def _window(text: str, place: str) -> Window:
    match = _WINDOW.fullmatch(text)
    try:
        if match:
            return Window(opens=time.fromisoformat(match[1]), closes=time.fromisoformat(match[2]))
    except ValueError:
        pass  # 25:00 is refused like any other text
    raise Invalid(f"{place}: {text!r} is no window; write 09:00-17:00, and 22:00-06:00 across midnight")


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(f"{value!r} is no date: write 2026-12-24") from None


def _hours_kind(value: object, place: str) -> HoursKind:
    try:
        return HoursKind(str(value))
    except ValueError:
        raise Invalid(f"severity {place}: hours must be one of {', '.join(HoursKind)}") from None


def _list(document: Document, key: str) -> list[Any]:
    value = document.get(key, [])
    if not isinstance(value, list) or len(value) > _MANY:
        raise Invalid(f"{key} must be a list of at most {_MANY}")
    return value


def _text(document: Document, key: str, default: str = "") -> str:
    value = document.get(key, default)
    if not isinstance(value, str) or not value:
        raise Invalid(f"{key} must be a text")
    return value


def _number(document: Document, key: str) -> int:
    value = document.get(key, 1)
    if not isinstance(value, int) or value < 1:
        raise Invalid(f"{key} must be a number from 1 on")
    return value


def _mapping(value: object, place: str) -> Document:
    if not isinstance(value, Mapping):
        raise Invalid(f"{place} must be a table of names and values")
    return value


def _refuse_unknown(document: Document, known: set[str], place: str) -> None:
    if unknown := sorted(set(document) - known):
        raise Invalid(f"{place}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
