"""What an operator sets. Read once from the environment and checked: a missing setting stops the start (F46)."""

import os
from dataclasses import dataclass, fields
from functools import cache

REQUIRED = ("desk_table", "files_bucket", "mail_bucket", "due_queue_url", "mail_sender", "page_topic_arn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One environment variable each, in capitals."""

    desk_table: str
    files_bucket: str
    mail_bucket: str
    due_queue_url: str
    mail_sender: str  # the one support address, B1
    page_topic_arn: str
    event_bus: str = "default"
    mail_configuration_set: str = ""
    public_url: str = "http://localhost:8000"
    operator: str = "Example Cloud"
    support_phone: str = "+44 20 7946 0100"
    webhook_networks: str = ""  # networks that webhooks may reach although private; for a laptop only
    pledge_secret: str = ""
    secret_parameter: str = ""  # name of the SSM parameter that holds the secret


class MissingSettings(RuntimeError):
    """The function cannot start: the message names every missing variable."""


@cache
def settings() -> Settings:
    """The checked settings of this process."""
    found = {f.name: os.environ[f.name.upper()] for f in fields(Settings) if os.environ.get(f.name.upper())}
    missing = [name.upper() for name in REQUIRED if name not in found]
    if not (found.get("pledge_secret") or found.get("secret_parameter")):
        missing.append("SECRET_PARAMETER (or PLEDGE_SECRET on a laptop)")
    if missing:
        raise MissingSettings("set these environment variables: " + ", ".join(missing))
    return Settings(**found)
