"""DynamoDB Local and moto with the template's resources and the demonstration operator, for one process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib import wiring
from chalicelib.core.settings import settings
from infra.local import seed
from infra.local.dynamodb import DynamoDBLocal
from infra.local.moto_server import MotoServer
from infra.local.names import Names
from infra.local.resources import client, create_on_moto, create_table, environment
from infra.template import declared


@dataclass(frozen=True, slots=True)
class Engines:
    """Plain clients beside the desk's own, whose calls are not counted."""

    dynamodb: Any
    s3: Any
    endpoint: str  # DynamoDB's
    table: str
    keys: dict[str, str]


@contextmanager
def engines() -> Iterator[Engines]:
    """Both engines, with everything that the template declares."""
    moto = MotoServer()
    moto.start()
    try:
        with DynamoDBLocal() as dynamodb:
            names = Names(template=declared(), endpoint=moto.endpoint)
            create_on_moto(names)
            os.environ.update(environment(names, dynamodb=dynamodb.endpoint))
            os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
            (table,) = names.of_type("AWS::DynamoDB::Table").values()
            plain = client("dynamodb", dynamodb.endpoint)
            create_table(plain, table)
            fresh_container()
            keys = seed.run()
            yield Engines(
                plain, client("s3", names.endpoint), dynamodb.endpoint, table["TableName"], dict(keys)
            )
    finally:
        moto.stop()


def fresh_container() -> None:
    """Nothing is remembered from an earlier event."""
    settings.cache_clear()
    wiring.forget()
