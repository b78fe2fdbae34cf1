"""Built-in plans and calendars, read once from the files beside this module."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.sla.domain import AlwaysOpen, Calendar, Hours, HoursKind, HoursOf, Plan, WorkingTime
from chalicelib.sla.forms import Document, calendar_from, plan_from, region_from
from chalicelib.sla.holidays import bank_holidays

_Read = TypeVar("_Read")

_HERE = Path(__file__).parent
_BUSINESS = "business"

ALWAYS = AlwaysOpen()


@cache
def plan(plan_id: str, version: int | None = None) -> Plan:
    """A plan by id, its newest version unless a ticket has pinned one; old versions stay for ever."""
    document = _document("plans", plan_id)
    chosen = _version(document, version)
    premium = chosen.get("premium_by_phone")
    return plan_from(document, chosen, _pinned(plan, premium) if premium else None)


def plan_ids() -> tuple[str, ...]:
    return _ids("plans")


@lru_cache(maxsize=1024)
def calendar(calendar_id: str, version: int | None = None) -> Calendar:
    """A built-in calendar, or by `business:<zone>[:<region>]` the standard hours of a customer (D5)."""
    if calendar_id.startswith(f"{_BUSINESS}:"):
        if version not in {None, 1}:
            raise NotFound(f"{calendar_id} has no version {version}: known is 1")
        return _business_calendar(calendar_id)
    document = _document("calendars", calendar_id)
    return calendar_from({"id": document["id"], **_version(document, version)})


def business_hours(zone: str, region: str | None = None) -> Calendar:
    """Monday to Friday 09:00-17:00 on bank working days, in the customer's zone and country (D5).

    `region` is an ISO 3166 code such as GB or DE-BE; without one no bank holidays are known.
    """
    return calendar(":".join([_BUSINESS, zone, *([region] if region else [])]))


def calendar_to_save(document: Document, now: datetime) -> Calendar:
    """A customer's own calendar, counted once before it is kept: what can never fall due is refused (F16)."""
    chosen = calendar_from(document)
    working_time(chosen).opening(now)
    return chosen


def hours_of(business: Calendar) -> HoursOf:
    """The lookup that clocks ask: business hours are tabulated when first asked for, 24x7 never."""
    return lambda kind: ALWAYS if kind is HoursKind.ALWAYS else working_time(business)


def hours_for(chosen: Plan, zone: str, region: str | None = None) -> HoursOf:
    """The hours of a customer on this plan: its own business hours, unless a contract names others (D1)."""
    return hours_of(_pinned(calendar, chosen.calendar) if chosen.calendar else business_hours(zone, region))


@lru_cache(maxsize=256)
def working_time(chosen: Calendar) -> Hours:
    """The table of a calendar, kept as long as the process lives."""
    return ALWAYS if chosen.always else WorkingTime(chosen, bank_holidays)


def _business_calendar(calendar_id: str) -> Calendar:
    _, zone, *region = calendar_id.split(":")
    if len(region) > 1:
        raise Invalid(f"{calendar_id!r} is no calendar: write business:Europe/Berlin:DE-BE")
    office = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    document = {"id": calendar_id, "zone": zone, "week": office, "regions": region}
    found = calendar_from(document)
    for name in region:  # refused now, when it is saved, rather than at the first deadline
        bank_holidays(region_from(name), 2026)
    return found


def _pinned(read: Callable[[str, int | None], _Read], reference: str) -> _Read:
    """By `GB`, or by `GB@1` when it must stay at this version."""
    name, _, version = reference.partition("@")
    return read(name, int(version) if version else None)


@cache
def _document(folder: str, name: str) -> dict[str, Any]:
    if name not in _ids(folder):
        raise NotFound(f"there is no {name!r} among the {folder}: known are {', '.join(_ids(folder))}")
    return tomllib.loads((_HERE / folder / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _ids(folder: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (_HERE / folder).glob("*.toml")))


def _version(document: dict[str, Any], version: int | None) -> dict[str, Any]:
    versions = {entry["version"]: entry for entry in document["version"]}
    wanted = max(versions) if version is None else version
    if wanted not in versions:
        raise NotFound(f"{document['id']} has no version {wanted}: known are {sorted(versions)}")
    chosen: dict[str, Any] = versions[wanted]
    return chosen
