"""Where use cases meet their adapters. Each factory imports what it needs, when it is first called."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

from chalicelib.core import clock
from chalicelib.core.settings import settings

if TYPE_CHECKING:
    from chalicelib.aws.files import Files, Texts
    from chalicelib.customers.store import CustomerStore
    from chalicelib.customers.use_cases import Accounts, Keys
    from chalicelib.escalation.store import MobilisationStore, SendingStore
    from chalicelib.escalation.use_cases import Crews, Escalations, Mobilisations, Pages, Rotas
    from chalicelib.mail.inbound import Inbound
    from chalicelib.mail.noting import Noting
    from chalicelib.mail.outbox import Outbox
    from chalicelib.mail.store import MailStore
    from chalicelib.mail.telling import House, Telling
    from chalicelib.sla.domain import Plan
    from chalicelib.tickets.store import TicketStore
    from chalicelib.tickets.use_cases import Tickets
    from chalicelib.webhooks.domain import SecretRef
    from chalicelib.webhooks.store import DeliveryStore, SubscriptionStore
    from chalicelib.webhooks.use_cases import Deliveries, Subscriptions


@cache
def customers() -> "CustomerStore":
    """Customers, people and keys."""
    from chalicelib.customers.store import CustomerStore

    table()
    return CustomerStore()


@cache
def accounts() -> "Accounts":
    """Customers' hours and contracts."""
    from chalicelib.customers.documents import Documents
    from chalicelib.customers.use_cases import Accounts

    return Accounts(customers(), Documents(), ticket_store(), tickets(), clock.now)


@cache
def plans() -> "tuple[Plan, ...]":
    """The built-in plans, each in its newest version."""
    from chalicelib.sla import reader

    return tuple(reader.plan(plan_id) for plan_id in reader.plan_ids())


@cache
def keys() -> "Keys":
    """Everybody's own keys."""
    from chalicelib.customers.use_cases import Keys

    return Keys(customers(), clock.now)


@cache
def ticket_store() -> "TicketStore":
    """Tickets as kept."""
    from chalicelib.tickets.store import TicketStore

    table()
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


@cache
def mail_store() -> "MailStore":
    """Outgoing mail as kept."""
    from chalicelib.mail.store import MailStore

    table()
    return MailStore()


@cache
def outbox() -> "Outbox":
    """Outgoing mail."""
    from chalicelib.mail.outbox import Outbox
    from chalicelib.mail.sender import Sender

    chosen = settings()
    sender = Sender(chosen.mail_sender, chosen.operator, chosen.mail_configuration_set)
    return Outbox(mail_store(), sender, clock.now)


@cache
def noting() -> "Noting":
    """Notes on tickets about mail that did not arrive."""
    from chalicelib.mail.noting import Noting

    return Noting(mail_store(), tickets())


@cache
def telling() -> "Telling":
    """Who is told of what."""
    from chalicelib.knowledge.topics import topics_for
    from chalicelib.mail.readers import Readers
    from chalicelib.mail.telling import Telling
    from chalicelib.mail.wording import Wording

    readers, store = Readers(customers()), ticket_store()
    wording = Wording(house(), readers, topics_for, lambda ticket_id: store.load(ticket_id).ticket.label)
    return Telling(store, readers, mail_store(), outbox(), wording)


@cache
def house() -> "House":
    """What every letter says of us."""
    from chalicelib.aws.secrets import secret
    from chalicelib.mail.telling import House

    chosen = settings()
    return House(
        operator=chosen.operator,
        phone=chosen.support_phone,
        url=chosen.public_url,
        domain=chosen.mail_sender.rpartition("@")[2],
        secret=secret(),
    )


@cache
def inbound() -> "Inbound":
    """Incoming mail."""
    from chalicelib.aws.secrets import secret
    from chalicelib.mail.contents import Contents
    from chalicelib.mail.finding import Finding
    from chalicelib.mail.inbound import Inbound
    from chalicelib.mail.reader import read
    from chalicelib.mail.received import Reading

    return Inbound(
        reading=Reading(lambda raw: read(raw, now=clock.now()), raw_mail(), customers()),
        contents=Contents(files()),
        finding=Finding(ticket_store(), mail_store(), secret()),
        bounces=outbox(),
        tickets=tickets(),
        own_address=settings().mail_sender,
    )


@cache
def rotas() -> "Rotas":
    """Who is on call."""
    from chalicelib.escalation.store import RotaStore
    from chalicelib.escalation.use_cases import Rotas

    table()
    return Rotas(RotaStore(), customers(), clock.now)


@cache
def mobilisation_store() -> "MobilisationStore":
    """Calls for help as kept."""
    from chalicelib.escalation.store import MobilisationStore

    table()
    return MobilisationStore()


@cache
def sending_store() -> "SendingStore":
    """What became of each page."""
    from chalicelib.escalation.store import SendingStore

    table()
    return SendingStore()


@cache
def crews() -> "Crews":
    """The people behind roles and rotas."""
    from chalicelib.escalation.use_cases import Crews

    return Crews(customers(), rotas())


@cache
def mobilisations() -> "Mobilisations":
    """Calls people until somebody takes it."""
    from chalicelib.escalation.terms import opens_at
    from chalicelib.escalation.use_cases import Mobilisations

    return Mobilisations(mobilisation_store(), tickets(), crews(), opens_at(customers()), clock.now)


@cache
def pages() -> "Pages":
    """Pages out."""
    from chalicelib.escalation.pager import Pager
    from chalicelib.escalation.use_cases import Pages

    pager = Pager(settings().page_topic_arn)
    return Pages(sending_store(), mobilisation_store(), customers(), pager, clock.now)


@cache
def escalations() -> "Escalations":
    """What the ladder says about what happened."""
    from chalicelib.escalation.letters import Letters
    from chalicelib.escalation.reader import ladder
    from chalicelib.escalation.terms import plan_name
    from chalicelib.escalation.use_cases import Escalations

    url = settings().public_url
    return Escalations(
        ladder=ladder(),
        tickets=tickets(),
        mobilisations=mobilisations(),
        crews=crews(),
        letters=Letters(outbox(), house()),
        plan_name=plan_name,
        link=lambda ticket: f"{url}/v1/tickets/{ticket.number or ticket.id}/taking",
        now=clock.now,
    )


@cache
def subscription_store() -> "SubscriptionStore":
    """Webhooks as kept."""
    from chalicelib.webhooks.store import SubscriptionStore

    table()
    return SubscriptionStore()


@cache
def delivery_store() -> "DeliveryStore":
    """Messages on their way, as kept."""
    from chalicelib.webhooks.store import DeliveryStore

    table()
    return DeliveryStore()


@cache
def subscriptions() -> "Subscriptions":
    """Customers' webhooks."""
    from chalicelib.core import guarded
    from chalicelib.webhooks.addresses import check
    from chalicelib.webhooks.use_cases import Subscriptions

    allowed = guarded.networks(settings().webhook_networks)
    return Subscriptions(
        subscription_store(), lambda url: check(url, allow=allowed), webhook_secret, clock.now
    )


@cache
def deliveries() -> "Deliveries":
    """Messages to customers' own systems."""
    from chalicelib.core import guarded
    from chalicelib.webhooks.sender import Sender
    from chalicelib.webhooks.use_cases import Deliveries

    url = settings().public_url
    return Deliveries(
        store=delivery_store(),
        subscriptions=subscription_store(),
        tickets=tickets(),
        sender=Sender(secret=webhook_secret, allow=guarded.networks(settings().webhook_networks)),
        url=lambda ticket: f"{url}/v1/tickets/{ticket.number or ticket.id}",
        now=clock.now,
    )


def webhook_secret(ref: "SecretRef") -> str:
    """The signing secret behind a reference; none is stored."""
    from chalicelib.aws.secrets import secret
    from chalicelib.webhooks.domain import derived_secret

    return derived_secret(ref, root=secret())


class Waking(Protocol):
    """A record that may want attention again."""

    @property
    def wake_at(self) -> datetime | None: ...


def due(pk: str, sk: str) -> datetime | None:
    """Hands a due record to the capability that owns it; when it wants attention next."""
    owners: dict[str, Callable[[], Waking]] = {
        "TICKET": lambda: tickets().fall_due(pk),
        "MAIL": lambda: outbox().fall_due(pk),
        "PAGE": lambda: mobilisations().fall_due(pk),
        "WEBHOOK": lambda: deliveries().fall_due(pk),
    }
    return owners[sk]().wake_at


def table() -> None:
    """The desk table is the one that the settings name; said first by whatever touches it."""
    from chalicelib.aws.records import use_table

    use_table(settings().desk_table)


def forget() -> None:
    """Makes everything anew when next asked for: other settings hold from now on."""
    for made in globals().values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
