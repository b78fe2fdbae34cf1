"""SNS: the way out for pages. The topic for every subscribed device, and a text message to the person's phone."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.core.errors import Unavailable
from chalicelib.customers.domain import Staff
from chalicelib.escalation.domain import Sending
from chalicelib.escalation.use_cases.people import SMS, dialable

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


class Pager:
    """One page, one publish. On the topic a subscription picks its own by `person` or `roles`."""

    def __init__(self, topic_arn: str) -> None:
        self.topic_arn = topic_arn

    def publish(self, sending: Sending, to: Staff) -> None:
        """Out, or Unavailable with the reason."""
        try:
            if sending.channel == SMS:
                self._text(sending, to)
            else:
                self._post(sending, to)
        except ClientError as error:
            raise Unavailable(f"SNS refused the page: {error.response['Error']['Code']}") from error
        except BotoCoreError as error:
            raise Unavailable("SNS did not answer") from error

    def _text(self, sending: Sending, to: Staff) -> None:
        number = dialable(to.phone)
        if number is None:
            raise Unavailable(f"{to.id} has no phone number that can be dialled any more")
        now = {"AWS.SNS.SMS.SMSType": _text("Transactional")}  # at once, not when it is cheap
        clients.sns().publish(PhoneNumber=number, Message=sending.text, MessageAttributes=now)

    def _post(self, sending: Sending, to: Staff) -> None:
        clients.sns().publish(
            TopicArn=self.topic_arn,
            Subject=f"Page for {to.id}"[:100],
            Message=sending.text,
            MessageAttributes={
                "person": _text(to.id),
                "roles": _text(",".join(sorted(to.roles)) or "none"),
                "page_id": _text(sending.page_id),
            },
        )


def _text(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}
