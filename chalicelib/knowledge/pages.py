"""Help pages: plain HTML without scripts or cookies, for anybody (B2)."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.core.settings import settings
from chalicelib.knowledge.topics import topics
from chalicelib.web.problems import SAFE_HEADERS

if TYPE_CHECKING:
    from jinja2 import Environment

bp = Blueprint(__name__)

TEMPLATES = Path(__file__).parent / "templates"
A_WHILE = "public, max-age=300"


@bp.route("/help", methods=["GET"])
def list_topics() -> Response:
    """All help pages."""
    return _page("index.html", topics=topics().all)


@bp.route("/help/{topic_id}", methods=["GET"])
def read_topic(topic_id: str) -> Response:
    """One help page."""
    topic = topics().find(topic_id)
    if topic is None:
        return _page("missing.html", 404, topics=topics().all)
    return _page("topic.html", topic=topic)


def _page(template: str, status: int = 200, **shown: Any) -> Response:
    chosen, style = settings(), _style()
    body = (
        _environment()
        .get_template(template)
        .render(
            operator=chosen.operator,
            phone=chosen.support_phone,
            address=chosen.mail_sender,
            base=chosen.public_url,
            style=style,
            **shown,
        )
    )
    headers: dict[str, str | list[str]] = {
        **SAFE_HEADERS,
        "Cache-Control": A_WHILE,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _policy(style),
    }
    return Response(body=body, status_code=status, headers=headers)


@cache
def _policy(style: str) -> str:
    """Nothing is allowed but the one style sheet that we wrote ourselves."""
    digest = base64.b64encode(hashlib.sha256(f"\n{style}\n".encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    from markupsafe import Markup

    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8").strip())  # noqa: S704 - our own file


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
