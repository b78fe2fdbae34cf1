"""A customer's terms from its plan, its contract's overrides and its calendar."""

from chalicelib.customers.domain import Customer
from chalicelib.sla import reader
from chalicelib.tickets.domain.ticket import Terms
from chalicelib.tickets.events import PlanRef

STRANGERS_PLAN = "standard"


def terms_of(customer: Customer | None, plan: PlanRef | None = None) -> Terms:
    """The terms; those of the pinned `plan` version when a ticket has one. A stranger has the standard ones."""
    plan_id = plan.id if plan else customer.plan if customer else STRANGERS_PLAN
    chosen = reader.plan(plan_id, plan.version if plan else None)
    if customer is None:
        return Terms(chosen, reader.hours_for(chosen, "UTC"))
    if customer.overrides:
        chosen = chosen.overridden(*customer.overrides)
    region = "-".join(part for part in (customer.country, customer.subdivision) if part)
    if customer.calendar and not chosen.calendar:
        return Terms(chosen, reader.hours_of(customer.calendar))
    return Terms(chosen, reader.hours_for(chosen, customer.zone, region or None))
