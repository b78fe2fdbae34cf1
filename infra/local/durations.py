"""ISO 8601 durations: `PT2H`, `P3D`, `P1DT30M`, `PT90.5S`."""

import re
from datetime import timedelta

PATTERN = re.compile(
    r"P(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)


class UnclearDuration(ValueError):
    """Not an ISO 8601 duration."""


def parse_duration(text: str) -> timedelta:
    """The duration written; months and years have no fixed length and are refused."""
    found = PATTERN.fullmatch(text)
    parts = {unit: float(value) for unit, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise UnclearDuration(f"{text!r} is not a duration: write PT2H, P3D or P1DT30M")
    return timedelta(**parts)
