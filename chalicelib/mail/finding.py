"""Which ticket a mail belongs to: by the ids it answers, a marker in its text, a number in its subject (D7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.core.errors import NotFound
from chalicelib.mail.domain import ParsedMail, read_marker, ticket_number_in
from chalicelib.mail.domain.sender import Sender
from chalicelib.mail.domain.thread import ticket_of
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.domain.keeping import Kept

MOST_THREADS = 20  # ids looked up; a long thread names the same ticket again and again
MOST_MERGES = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that a mail may belong to. `signed`: only somebody who has our mail could name it so."""

    ticket_id: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The ticket to write to, or the one that the mail names although its sender may not write there."""

    ticket: Ticket | None = None
    signed: bool = False
    refused: Ticket | None = None


class Threads(Protocol):
    """Tickets by the Message-IDs of their mails."""

    def leads_of(self, message_ids: Sequence[str]) -> list[tuple[str, bool]]: ...


class TicketStore(Protocol):
    """Tickets as kept."""

    def load(self, ticket_id: str) -> Kept: ...
    def id_of(self, number: int) -> str | None: ...


class Finding:
    """Finds the ticket that a mail answers, if its sender may write to it (F20)."""

    def __init__(self, store: TicketStore, threads: Threads, secret: bytes) -> None:
        self.store = store
        self.threads = threads
        self.secret = secret

    def find(self, mail: ParsedMail, sender: Sender) -> Found:
        """The first ticket that the mail names and the sender takes part in."""
        refused: Ticket | None = None
        for candidate in self._candidates(mail):
            chain = self._merged_chain(candidate.ticket_id)
            if not chain or chain[-1].merged_into:
                continue
            if any(sender.may_write_to(ticket, signed=candidate.signed) for ticket in chain):
                return Found(ticket=chain[-1], signed=candidate.signed)
            refused = refused or chain[-1]
        return Found(refused=refused)

    def _candidates(self, mail: ParsedMail) -> Iterator[Candidate]:
        originals = (b.original_message_id for b in mail.bounced if b.original_message_id)
        named = tuple(dict.fromkeys((*mail.threads, *originals)))
        for message_id in named:
            if ours := ticket_of(message_id, self.secret):
                yield Candidate(ours, signed=True)
        for ticket_id, signed in self.threads.leads_of(named[:MOST_THREADS]) if named else ():
            yield Candidate(ticket_id, signed)
        if marked := read_marker(mail.text, self.secret):
            yield Candidate(marked, signed=True)
        number = ticket_number_in(mail.subject)
        if number and (numbered := self.store.id_of(number)):
            yield Candidate(numbered, signed=False)

    def _merged_chain(self, ticket_id: str) -> list[Ticket]:
        """The ticket, then each that it was merged into: whoever took part before does so still."""
        chain: list[Ticket] = []
        following: str | None = ticket_id
        while following and len(chain) < MOST_MERGES:
            try:
                chain.append(self.store.load(following).ticket)
            except NotFound:
                break
            following = chain[-1].merged_into
        return chain
