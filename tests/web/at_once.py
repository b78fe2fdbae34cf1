"""`python -m tests.web.at_once`: one request, by as many processes as are asked for, at the same moment.

An app keeps its current request on itself, so that each needs a process of its own, as in Lambda.
"""

import json
import multiprocessing
import sys
from typing import Any


def main() -> None:
    """Reads the requests from standard input, and writes what each was answered."""
    from app import app  # noqa: F401 - imported once, before the processes part
    from chalicelib import wiring
    from chalicelib.aws.records import Record

    wiring.tickets()
    # The client takes a third of a second to make; it opens no connection before its first request.
    assert Record._get_connection().connection.client
    requests: list[dict[str, Any]] = json.load(sys.stdin)
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(len(requests)), fork.SimpleQueue()
    workers = [fork.Process(target=ask, args=(one, start, answers)) for one in requests]
    for worker in workers:
        worker.start()
    found = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    json.dump(found, sys.stdout)


def ask(request: dict[str, Any], start: Any, answers: Any) -> None:
    """Connected first, then all at the same moment."""
    from tests.web.http_desk import send

    key = request["headers"]["Authorization"]
    send("GET", "/v1/me", "", {"Authorization": key}, b"")
    start.wait()
    reply = send(request["method"], request["path"], "", request["headers"], request["body"].encode())
    answers.put([reply.status, reply.body.decode(), reply.headers.get("etag")])


if __name__ == "__main__":
    main()
