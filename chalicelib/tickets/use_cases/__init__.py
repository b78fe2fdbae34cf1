"""What can be done with tickets. Each verb: fetch, decide, keep; the ticket itself knows which moves it may make."""

from chalicelib.tickets.use_cases.ending import Ending
from chalicelib.tickets.use_cases.intake import Intake
from chalicelib.tickets.use_cases.reading import Reading
from chalicelib.tickets.use_cases.relations import Relations
from chalicelib.tickets.use_cases.triage import Triage
from chalicelib.tickets.use_cases.work import Work


class Tickets(Intake, Reading, Triage, Work, Ending, Relations):
    """The verbs of a ticket. Who asks is in the `Ask`; a contact reaches the own customer's tickets alone (F29)."""


__all__ = ["Tickets"]
