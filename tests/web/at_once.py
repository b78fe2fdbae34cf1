"""`python -m tests.web.at_once`: one request, by as many processes as are asked for, at the same moment.

An app keeps its current request on itself, so that each needs a process of its own, as in Lambda.
"""

import gc
import json
import multiprocessing
import sys
from typing import Any


def main() -> None:
    """Reads the requests from standard input, and writes what each was answered."""
    requests: list[dict[str, Any]] = json.load(sys.stdin)
    warm(requests[0]["headers"]["Authorization"])
    gc.freeze()
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(len(requests)), fork.SimpleQueue()
    workers = [fork.Process(target=ask, args=(one, start, answers)) for one in requests]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    json.dump(found, sys.stdout)


def warm(key: str) -> None:
    """All that is loaded once, before the processes part; no connection is left for two to share."""
    from chalicelib import wiring
    from chalicelib.aws.records import Record
    from chalicelib.customers.domain import Customer
    from chalicelib.sla.domain import HoursKind
    from tests.web.http_desk import send

    terms = wiring.tickets().terms_of(Customer(id="warm", name="Warm"))
    assert terms.hours(HoursKind.BUSINESS)  # bank holidays and a table of hours
    send("GET", "/v1/me", "", {"Authorization": key}, b"")
    Record._get_connection().connection.client.close()


def ask(request: dict[str, Any], start: Any, answers: Any) -> None:
    """Connected first, then all at the same moment."""
    from tests.web.http_desk import send

    send("GET", "/v1/me", "", {"Authorization": request["headers"]["Authorization"]}, b"")
    start.wait()
    reply = send(request["method"], request["path"], "", request["headers"], request["body"].encode())
    answers.put([reply.status, reply.body.decode(), reply.headers.get("etag"), request["path"]])


if __name__ == "__main__":
    main()
