"""Where use cases meet their adapters. Each factory imports what it needs, when it is first called."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core import clock
from chalicelib.core.settings import settings

if TYPE_CHECKING:
    from chalicelib.aws.files import Files, Texts
    from chalicelib.customers.store import CustomerStore
    from chalicelib.tickets.store import TicketStore
    from chalicelib.tickets.use_cases import Tickets


@cache
def customers() -> "CustomerStore":
    """Customers, people and keys."""
    from chalicelib.customers.store import CustomerStore

    _table()
    return CustomerStore()


@cache
def ticket_store() -> "TicketStore":
    """Tickets as kept."""
    from chalicelib.tickets.store import TicketStore

    _table()
    return TicketStore()


@cache
def tickets() -> "Tickets":
    """The verbs of a ticket."""
    from chalicelib.tickets.terms import terms_of
    from chalicelib.tickets.use_cases import Tickets

    return Tickets(ticket_store(), customers(), texts(), terms_of, clock.now)


@cache
def files() -> "Files":
    """Attachments."""
    from chalicelib.aws.files import Files

    return Files(settings().files_bucket)


@cache
def texts() -> "Texts":
    """Long texts."""
    from chalicelib.aws.files import Texts

    return Texts(settings().files_bucket)


@cache
def raw_mail() -> "Files":
    """Mail as it came in."""
    from chalicelib.aws.files import Files

    return Files(settings().mail_bucket)


def due(pk: str, sk: str) -> None:
    """Hands a due record to the capability that owns it."""
    owners = {"TICKET": lambda: tickets().fall_due(pk), "DELIVERY": lambda: deliveries().fall_due(pk)}
    owners[sk]()


def _table() -> None:
    from chalicelib.aws.records import use_table

    use_table(settings().desk_table)
