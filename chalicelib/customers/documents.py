"""What a person writes of a customer's hours and contract, to domain objects; all that is wrong is named at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.customers.domain import Customer
from chalicelib.sla import reader
from chalicelib.sla.domain import Calendar
from chalicelib.sla.forms import region_from
from chalicelib.sla.holidays import bank_holidays

Fault = dict[str, str]


class Documents:
    """Reads calendars and checks overrides."""

    def calendar(self, document: Mapping[str, Any], now: datetime) -> Calendar:
        """The calendar; Invalid with every fault, such as one that never opens (F16)."""
        faults = [*_region_faults(document, now)]
        # The regions are looked at one by one: unknown ones must not hide what else is wrong.
        known = {**document, "regions": []} if faults else document
        try:
            chosen = reader.calendar_to_save(known, now)
        except Invalid as error:
            said = error.details.get("errors", [error.message])
            faults += [{"field": "calendar", "fault": str(one)} for one in said]  # type: ignore[attr-defined]
        if faults:
            raise _refusal(faults)
        return chosen

    def check(self, customer: Customer) -> None:
        """Invalid with the faults of every override that the customer's plan cannot take."""
        plan = reader.plan(customer.plan)
        faults: list[Fault] = []
        for place, override in enumerate(customer.overrides):
            try:
                plan = plan.overridden(override)
                reader.hours_for(plan, "UTC")
            except (Invalid, NotFound) as error:
                faults.append({"field": f"overrides.{place}", "fault": error.message})
        if faults:
            raise _refusal(faults)


def _region_faults(document: Mapping[str, Any], now: datetime) -> Iterator[Fault]:
    for place, region in enumerate(document.get("regions", [])):
        try:
            bank_holidays(region_from(region), now.year)
        except Invalid as error:
            yield {"field": f"regions.{place}", "fault": f"{region}: {error.message}"}


def _refusal(faults: list[Fault]) -> Invalid:
    return Invalid("; ".join(fault["fault"] for fault in faults), errors=faults)
