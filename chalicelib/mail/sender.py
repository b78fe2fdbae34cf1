"""SES: the one way out for mail."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib.aws import clients
from chalicelib.mail.domain import OUR_HEADER, header_safe
from chalicelib.mail.domain.outgoing import OutgoingMail

MAIL_TAG = "pledge-mail"
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
        try:
            answer = clients.ses().send_raw_email(
                Source=self.sender,
                Destinations=[mail.draft.to],
                RawMessage={"Data": self.message(mail, at).as_bytes()},
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

    def message(self, mail: OutgoingMail, at: datetime) -> EmailMessage:
        """The mail as it goes on the wire: threads in real clients, says that it is automatic when it is."""
        draft = mail.draft
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((f"{self.operator} Support", self.sender))
        message["To"] = formataddr((header_safe(draft.name, 100), draft.to)) if draft.name else draft.to
        message["Subject"] = header_safe(draft.subject)
        message["Date"] = format_datetime(at)
        if draft.message_id:
            message["Message-ID"] = f"<{draft.message_id}>"
        if draft.references:
            message["In-Reply-To"] = f"<{draft.references[-1]}>"
            message["References"] = " ".join(f"<{reference}>" for reference in draft.references)
        message[OUR_HEADER] = mail.id
        if draft.automatic:
            message["Auto-Submitted"] = "auto-replied" if draft.references else "auto-generated"
            message["X-Auto-Response-Suppress"] = "All"
        message.set_content(draft.text)
        if draft.html:
            message.add_alternative(draft.html, subtype="html")
        return message
