"""Engines for tests: one DynamoDB Local and one moto per test process, emptied for each test that asks.

`desk_table` gives a fresh desk table (recreated: 12 ms; a truncation of 50 items takes 50 ms). `cloud` gives
empty buckets, queues and topics beside it. Both set the environment that the deployed functions would see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.dynamodb import DynamoDBLocal
from infra.local.moto_server import MotoServer, forget_everything
from infra.local.names import Names
from infra.local.resources import client, create_on_moto, create_table, environment
from infra.template import declared


@dataclass(frozen=True, slots=True)
class Cloud:
    """The engines' clients, and the names of what was made on them."""

    names: Names
    environment: dict[str, str]

    def client(self, service: str) -> Any:
        """A boto3 client of moto."""
        return client(service, self.names.endpoint)

    def queue_url(self, name: str) -> str:
        """The URL of a queue, such as `pledge-due`."""
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


@pytest.fixture(scope="session")
def dynamodb_engine() -> Iterator[DynamoDBLocal]:
    """Amazon's engine, in memory."""
    with DynamoDBLocal() as engine:
        yield engine


@pytest.fixture(scope="session")
def moto_engine() -> Iterator[MotoServer]:
    """moto on a free port, in this process."""
    server = MotoServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def desk_table(dynamodb_engine: DynamoDBLocal, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty desk table, made from the deployed template."""
    names = Names(template=declared())
    settings = environment(names, dynamodb=dynamodb_engine.endpoint)
    del settings["AWS_ENDPOINT_URL"]  # nothing but the table is there: another service would be a mistake
    with_environment(settings, monkeypatch)
    dynamodb = _dynamodb(dynamodb_engine)
    (properties,) = names.of_type("AWS::DynamoDB::Table").values()
    _drop(dynamodb, properties["TableName"])
    create_table(dynamodb, properties)
    return str(properties["TableName"])


@pytest.fixture
def cloud(
    desk_table: str, dynamodb_engine: DynamoDBLocal, moto_engine: MotoServer, monkeypatch: pytest.MonkeyPatch
) -> Cloud:
    """Everything the template declares, empty: the table, buckets, queues, topics, the sending identity."""
    forget_everything()
    names = Names(template=declared(), endpoint=moto_engine.endpoint)
    create_on_moto(names)
    settings = environment(names, dynamodb=dynamodb_engine.endpoint)
    with_environment(settings, monkeypatch)
    return Cloud(names, settings)


def with_environment(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set as Lambda would."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


_clients: dict[str, Any] = {}


def _dynamodb(engine: DynamoDBLocal) -> Any:
    # Making a client takes longer than making the table.
    return _clients.setdefault(engine.endpoint, client("dynamodb", engine.endpoint))


def _drop(dynamodb: Any, table: str) -> None:
    try:
        dynamodb.delete_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return
