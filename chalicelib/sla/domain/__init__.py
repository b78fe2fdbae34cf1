"""Calendars, plans and clocks: pure rules, no dates of their own, no clock of their own."""

from chalicelib.sla.domain.calendar import Calendar, OwnDay, Region, Window
from chalicelib.sla.domain.clock import Clock, Explanation, HoursOf, clock, explain
from chalicelib.sla.domain.hours import AlwaysOpen, Hours, Span, WorkingTime
from chalicelib.sla.domain.plan import HoursKind, Kind, Override, Plan, Target
from chalicelib.sla.domain.timeline import Pause, SeverityAt, Timeline

__all__ = [
    "AlwaysOpen",
    "Calendar",
    "Clock",
    "Explanation",
    "Hours",
    "HoursKind",
    "HoursOf",
    "Kind",
    "Override",
    "OwnDay",
    "Pause",
    "Plan",
    "Region",
    "SeverityAt",
    "Span",
    "Target",
    "Timeline",
    "Window",
    "WorkingTime",
    "clock",
    "explain",
]
