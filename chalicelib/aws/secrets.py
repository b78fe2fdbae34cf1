"""The one secret of the deployment, from which links, markers and webhook keys are derived."""

from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import clients
from chalicelib.core.errors import Unavailable
from chalicelib.core.settings import MissingSettings, settings

LEAST = 16  # bytes: below that it could be guessed


@cache
def secret() -> bytes:
    """The secret: set directly on a laptop, else read once per process from its SSM parameter.

    Never store or log it, or anything that it keyed and that opens something.
    """
    found = (settings().pledge_secret or _parameter(settings().secret_parameter)).encode()
    if len(found) < LEAST:
        raise MissingSettings(f"the secret has fewer than {LEAST} bytes: put a random one there")
    return found


def _parameter(name: str) -> str:
    try:
        answer = clients.ssm().get_parameter(Name=name, WithDecryption=True)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("the desk cannot read its secret just now; try again", retry_after=5) from error
    value: str = answer["Parameter"].get("Value", "")
    return value
