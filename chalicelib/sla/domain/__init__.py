"""Calendars, plans and clocks: pure rules, no dates of their own, no clock of their own."""

from chalicelib.sla.domain.calendar import Calendar, OwnDay, Region, Window
from chalicelib.sla.domain.hours import AlwaysOpen, Hours, Span, WorkingTime

__all__ = ["AlwaysOpen", "Calendar", "Hours", "OwnDay", "Region", "Span", "Window", "WorkingTime"]
