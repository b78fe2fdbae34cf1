"""What anybody may read without a key: that the desk is up, and how to speak with it."""

from chalice.app import Blueprint, Response

from chalicelib.web import openapi
from chalicelib.web.api import PREFIX
from chalicelib.web.problems import SAFE_HEADERS

bp = Blueprint(__name__)

OPENAPI = f"{PREFIX}/openapi.json"
PAGE = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pledge</title>
<h1>Pledge</h1>
<p>The desk that keeps its promises. This is its programming interface.</p>
<ul>
<li><a href="{OPENAPI}">OpenAPI 3.1 document</a>: every operation, what it takes and what it answers
<li><a href="/help">Help pages</a> that our mails link to
<li><a href="/health">Health</a>
</ul>
<p>Send your key with each request: <code>Authorization: Bearer pk_…</code>
</html>
"""


@bp.route("/", methods=["GET"])
def read_front_page() -> Response:
    """Where to look."""
    return _answer(PAGE, "text/html; charset=utf-8")


@bp.route("/health", methods=["GET"])
def read_health() -> Response:
    """The desk takes requests."""
    return _answer('{"status":"ok"}')


@bp.route(OPENAPI, methods=["GET"])
def read_openapi() -> Response:
    """The OpenAPI document."""
    return _answer(openapi.text())


def _answer(body: str, kind: str = "application/json") -> Response:
    return Response(body=body, status_code=200, headers={**SAFE_HEADERS, "Content-Type": kind})
