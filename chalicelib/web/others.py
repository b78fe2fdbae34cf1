"""Methods that a path does not have: 405 and what it has, instead of the gateway's riddle about a missing token."""

from collections.abc import Iterable

from chalice.app import Blueprint, Chalice, Response

from chalicelib.web.problems import problem

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def refuse_other_methods(app: Chalice) -> None:
    """Registers the rest of the methods of every path. Call it when all else is registered."""
    bp = Blueprint(__name__)
    for path, methods in list(app.routes.items()):
        others = [method for method in METHODS if method not in methods]
        kinds = {"content_types": ["*/*"]}
        bp.route(path, methods=others, name=f"other_methods_{path}", **kinds)(_refusing(methods))
    app.register_blueprint(bp)


def _refusing(methods: Iterable[str]) -> object:
    allowed = ", ".join(sorted(methods))

    def view(**_parts: str) -> Response:
        return problem(405, f"this address takes {allowed}", headers={"Allow": allowed})

    return view
