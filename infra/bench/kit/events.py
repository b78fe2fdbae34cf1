"""Things that wake the desk, made as AWS hands them over, for the deployed functions themselves."""

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from chalice.test import Client

from infra.bench.kit.engines import Engines

VERDICTS = ("spam", "virus", "spf", "dkim", "dmarc")
KILOBYTE = "The import stops half way, every night since Monday, at a quarter past two. " * 13


def mail(number: int, *, subject: str, text: str = KILOBYTE) -> bytes:
    """A mail of about a kilobyte from a known contact."""
    head = (
        f"From: Alice Archer <alice@acme.example>\r\nTo: support@desk.example\r\nSubject: {subject}\r\n"
        f"Date: Mon, 21 Dec 2026 08:00:00 +0000\r\nMessage-ID: <bench-{number}@acme.example>\r\n"
    )
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


class Desk:
    """The deployed functions, called in this process."""

    def __init__(self, engines: Engines) -> None:
        from app import app  # not before the settings are there

        self.engines = engines
        self.client = Client(app)
        self.mails = 0

    def post_mail(self, raw: bytes) -> str:
        """Where SES has put it."""
        from chalicelib.core.settings import settings

        self.mails += 1
        key = f"inbound/bench-{self.mails}"
        self.engines.s3.put_object(Bucket=settings().mail_bucket, Key=key, Body=raw)
        return key

    def receive(self, key: str) -> str:
        """SES's notice arrives; the ticket's id."""
        verdicts = {f"{name}Verdict": {"status": "PASS"} for name in VERDICTS}
        told = {
            "mail": {"source": "alice@acme.example", "headers": []},
            "receipt": {"action": {"objectKey": key}, **verdicts},
        }
        event = self.client.events.generate_sns_event(message=json.dumps(told))
        return str(self.client.lambda_.invoke("receive_mail", event).payload)

    def ask(self, method: str, path: str, body: Any = None, *, by: str, key: str | None = None) -> Any:
        """One request to the API."""
        headers = {"Authorization": f"Bearer {self.engines.keys[by]}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        sent = b"" if body is None else json.dumps(body).encode()
        reply = self.client.http.request(method, f"/v1{path}", headers=headers, body=sent)
        if reply.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {reply.status_code} {reply.body!r}")
        return reply.json_body

    def tell(self, sort: str, record: str, version: int, place: int = 0) -> int:
        """The bus tells of an event; how many letters left."""
        detail = {"id": f"{record}.{version}.{place}", "record": record, "version": version}
        event = self.client.events.generate_cw_event(
            source="pledge.tickets", detail_type=sort, detail=detail, resources=[]
        )
        return int(self.client.lambda_.invoke("tell_by_mail", event).payload)

    def sweep(self) -> int:
        """The minute's sweep; how many records it queued."""
        event = self.client.events.generate_cw_event(
            source="aws.events", detail_type="Scheduled Event", detail={}, resources=[]
        )
        with redirect_stdout(StringIO()):  # its metric
            return int(self.client.lambda_.invoke("sweep_promises", event).payload)

    def work(self, pk: str, sk: str = "TICKET") -> None:
        """One message of the due queue."""
        body = json.dumps({"pk": pk, "sk": sk, "due_at": "2026-01-01T00:00:00Z"})
        event = self.client.events.generate_sqs_event(message_bodies=[body])
        failed = self.client.lambda_.invoke("keep_promises", event).payload["batchItemFailures"]
        if failed:
            raise RuntimeError(f"due work failed on {pk}")
