"""SES: the one way out for mail."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib.aws import clients
from chalicelib.mail.domain import OUR_HEADER, header_safe
from chalicelib.mail.domain.outgoing import MAIL_TAG, OutgoingMail

# A long word in a folded header becomes an encoded word, and an id is then no id any more: fold at spaces alone.
HEADERS = SMTP.clone(max_line_length=998)
BODY = SMTP.clone(max_line_length=76)
FINAL = {"MessageRejected", "InvalidParameterValue", "MailFromDomainNotVerifiedException"}


class NotSentError(Exception):
    """SES says no. `final`: trying again is useless."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class UnknownError(Exception):
    """No answer: perhaps it was sent. The Send event will tell, else the lease runs out."""


class Sender:
    """Sends from the support address, with a tag by which SES's own events name the mail again."""

    def __init__(self, sender: str, operator: str, configuration_set: str) -> None:
        self.sender = sender
        self.operator = operator
        self.configuration_set = configuration_set

    def send(self, mail: OutgoingMail, at: datetime) -> str:
        """SES's id of the sent mail; NotSentError, or UnknownError when SES did not answer."""
        extra = {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        content = self._bytes(mail, at)
        try:
            answer = clients.ses().send_raw_email(
                Source=self.sender,
                Destinations=[mail.draft.to],
                RawMessage={"Data": content},
                Tags=[{"Name": MAIL_TAG, "Value": mail.id}],
                **extra,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise NotSentError(f"SES refused it: {code}", final=code in FINAL) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise NotSentError("SES was not reached", final=False) from error
        except BotoCoreError as error:
            raise UnknownError from error
        return answer["MessageId"]

    def _bytes(self, mail: OutgoingMail, at: datetime) -> bytes:
        if not mail.draft.to.isascii():
            raise NotSentError("SES takes no address with letters beyond ASCII", final=True)
        try:
            return self.message(mail, at).as_bytes(policy=HEADERS)
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            # However odd the address or name: one that cannot be written is not tried for ever.
            reason = f"it cannot be written as a mail: {type(error).__name__}"
            raise NotSentError(reason, final=True) from error

    def message(self, mail: OutgoingMail, at: datetime) -> EmailMessage:
        """The mail as it goes on the wire: threads in real clients, says that it is automatic when it is."""
        draft = mail.draft
        message = EmailMessage(policy=BODY)
        for name, value in self._headers(mail, at).items():
            message[name] = value
        # Seven bits, whatever is written: every server on the way hands it on unchanged.
        message.set_content(_sound(draft.text), cte="quoted-printable")
        if draft.html:
            message.add_alternative(_sound(draft.html), subtype="html", cte="quoted-printable")
        return message

    def _headers(self, mail: OutgoingMail, at: datetime) -> dict[str, str]:
        draft = mail.draft
        name = header_safe(draft.name, 100)
        headers = {
            "From": formataddr((header_safe(f"{self.operator} Support", 100), self.sender)),
            "To": formataddr((name, draft.to)) if name else draft.to,
            "Subject": header_safe(draft.subject),
            "Date": format_datetime(at),
            OUR_HEADER: mail.id,
        }
        if draft.message_id:
            headers["Message-ID"] = f"<{draft.message_id}>"
        if references := [id_ for id_ in draft.references if _is_plain(id_)]:
            headers["In-Reply-To"] = f"<{references[-1]}>"
            headers["References"] = " ".join(f"<{reference}>" for reference in references)
        if draft.automatic:
            headers["Auto-Submitted"] = "auto-replied" if draft.answers else "auto-generated"
            # Not "All": that would silence the reports of mail that did not arrive.
            headers["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        return headers


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_plain(message_id: str) -> bool:
    return message_id.isascii() and message_id.isprintable() and len(message_id) <= 250
