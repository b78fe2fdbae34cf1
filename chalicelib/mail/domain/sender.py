"""Who wrote a mail, and which tickets they may write to."""

from dataclasses import dataclass

from chalicelib.core import ids
from chalicelib.customers.domain import Actor, ActorKind, Known
from chalicelib.mail.domain.automatic import Automatic
from chalicelib.mail.domain.parsed import ParsedMail
from chalicelib.mail.domain.proof import Proof
from chalicelib.tickets.domain import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, as far as the receiving server vouches for it. Nobody is known by an unproved address."""

    email: str
    actor: Actor
    known: Known
    verified: bool
    robot: bool = False
    trace_suffices: bool = False  # of a robot: a signed trace of ours says where its mail belongs

    def may_write_to(self, ticket: Ticket, *, signed: bool) -> bool:
        """Staff, the requester, participants, the customer's own people; a robot that answers our mail (F20)."""
        if self.robot and signed and self.trace_suffices:
            return True
        if not self.verified:
            return False
        return self.known.staff is not None or (ticket.verified and self._takes_part_in(ticket))

    def joins(self, ticket: Ticket) -> str:
        """The address of a colleague of the customer who is told of the ticket from now on; else nothing."""
        if self.robot or ticket.referred_to or self.known.staff or not self._is_of(ticket):
            return ""
        known = {(ticket.requester.email or "").lower(), *ticket.participants}
        return "" if self.email in known else self.email

    def _takes_part_in(self, ticket: Ticket) -> bool:
        mine = {(ticket.requester.email or "").lower(), *ticket.participants}
        return self.email in mine or self._is_of(ticket)

    def _is_of(self, ticket: Ticket) -> bool:
        theirs = {contact.customer_id for contact in self.known.contacts} | {self.known.customer_id}
        return ticket.customer_id is not None and ticket.customer_id in theirs


def address_of(mail: ParsedMail, proof: Proof) -> tuple[str, bool]:
    """The address in From, and whether it is proved."""
    email = mail.from_.email.lower() if mail.from_ else ""
    return email, proof.vouches_for(email) and not proof.disowned and not mail.several_from


def sender_of(mail: ParsedMail, proof: Proof, known: Known) -> Sender:
    """The sender; `known` is what a proved address tells, and nothing for any other."""
    email, verified = address_of(mail, proof)
    robot = mail.automatic is not Automatic.NO or mail.ours
    # Bounces come from nobody (`<>`), so nothing can vouch for them.
    from_nobody = mail.automatic is Automatic.BOUNCE and not proof.disowned
    return Sender(
        email=email,
        actor=_actor(mail, email, known),
        known=known,
        verified=verified,
        robot=robot,
        trace_suffices=verified or from_nobody,
    )


def _actor(mail: ParsedMail, email: str, known: Known) -> Actor:
    if known.staff:
        return known.staff.actor()
    if known.contacts:
        return known.contacts[0].actor()
    name = mail.from_.name if mail.from_ else ""
    return Actor(id=ids.derived("X", email)[:14], name=name or email, kind=ActorKind.CONTACT, email=email)
