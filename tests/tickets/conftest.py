"""The demonstration's smallest cast on the real table."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from chalicelib import wiring
from chalicelib.customers.domain import Customer


@pytest.fixture
def desk(desk_table, still) -> Any:
    """The verbs of a ticket on DynamoDB Local, with one customer; the clock stands."""
    wiring.customers().put_customer(Customer(id="acme", name="Acme"))
    wiring.customers().put_customer(Customer(id="evil", name="Evil"))
    return wiring.tickets()


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of `count` threads got, all let go at the same moment; an error is a result."""
    gate = Barrier(count)

    def run(place: int) -> Any:
        gate.wait()
        try:
            return act(place)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def lost_answers(monkeypatch) -> Callable[..., Any]:
    """`with lost_answers("PutItem"):` the first such call is carried out, and its answer lost on the way back."""

    @contextmanager
    def losing(operation: str, times: int = 1) -> Iterator[list[str]]:
        lost: list[str] = []
        real = URLLib3Session.send

        def send(self, request):
            answer = real(self, request)
            target = request.headers.get("X-Amz-Target", b"")
            name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
            if name == operation and len(lost) < times and answer.status_code == 200:
                lost.append(name)
                raise ConnectionClosedError(endpoint_url=request.url)
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(URLLib3Session, "send", send)
            yield lost

    return losing
