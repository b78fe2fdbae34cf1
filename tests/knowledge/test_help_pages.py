"""Help pages: what the acknowledgement links to is there, readable by anybody, and loads nothing (B2)."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from chalice.test import Client

from app import app
from chalicelib.knowledge.topics import topics, topics_for

TOPICS = topics().all


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    for name in ("DESK_TABLE", "FILES_BUCKET", "MAIL_BUCKET", "DUE_QUEUE_URL", "PAGE_TOPIC_ARN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("MAIL_SENDER", "support@desk.example")
    monkeypatch.setenv("PLEDGE_SECRET", "x" * 32)
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example/api")
    monkeypatch.setenv("OPERATOR", "Tom & <Jerry>")
    return Client(app)


class Page(HTMLParser):
    """The tags, links and headings of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


def read(client: Client, path: str) -> tuple[int, Page, str]:
    answer = client.http.get(path)
    html = answer.body.decode("utf-8")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, Page(html), html


@pytest.mark.parametrize("path", ["/help", *(f"/help/{topic.id}" for topic in TOPICS)])
def test_every_help_page_is_there_and_loads_nothing(client: Client, path: str) -> None:
    """B2: one heading, a language, a title, a way on; no script, no image, no form, no style but its own."""
    status, page, html = read(client, path)
    assert status == 200
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("main") == 1
    assert not {"script", "img", "iframe", "form", "link", "object"} & set(page.tags)
    assert not {"style", "onclick", "src"} & page.attributes
    assert '<html lang="en">' in html
    assert "Tom &amp; &lt;Jerry&gt;" in html
    assert "mailto:support@desk.example" in page.links
    assert "url(" not in html


def test_the_front_page_leads_to_every_topic_and_each_topic_back(client: Client) -> None:
    _, front, _ = read(client, "/help")
    assert {f"https://desk.example/api/help/{topic.id}" for topic in TOPICS} <= set(front.links)
    for topic in TOPICS:
        assert "https://desk.example/api/help" in read(client, f"/help/{topic.id}")[1].links


@pytest.mark.parametrize(
    "unknown", ["nothing", "API", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2Ftopics.toml"]
)
def test_an_unknown_page_is_said_to_be_unknown_and_shows_what_there_is(client: Client, unknown: str) -> None:
    status, page, html = read(client, f"/help/{unknown}")
    assert status == 404
    assert "There is no such help page" in html
    assert "script" not in page.tags
    assert len([link for link in page.links if "/help/" in link]) == len(TOPICS)


def test_the_style_sheet_is_the_one_that_the_policy_names(client: Client) -> None:
    answer = client.http.get("/help")
    style = re.search(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_every_topic_helps_with_a_few_checks_and_says_what_to_send() -> None:
    assert len({topic.id for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert re.fullmatch(r"[a-z-]+", topic.id)
        assert 4 <= len(topic.checks) <= 6
        assert 2 <= len(topic.send) <= 4
        assert topic.words or topic.always
        assert all(word == word.casefold() for word in topic.words)
        assert all(line.endswith(".") for line in (*topic.checks, *topic.send, topic.summary))


ALWAYS = ["reporting", "status"]


@pytest.mark.parametrize(
    ("subject", "fitting"),
    [
        ("Cannot LOG IN since my password changed", ["sign-in"]),
        ("API returns 429 and the dashboard is slow", ["api", "performance"]),
        ("site down, slow, mail bounced, invoice wrong", ["mail", "availability", "performance"]),
        ("Customer data deleted by mistake", ["data"]),
        ("Downtown office party", []),
        ("Capital letters", []),
        ("", []),
        ("x" * 100_000, []),
    ],
)
def test_links_fit_the_subject_best_first_and_two_always_help(subject: str, fitting: list[str]) -> None:
    """B2: whole words alone count."""
    urls = [link.url for link in topics_for(subject, "https://d.example")]
    assert urls == [f"https://d.example/help/{topic_id}" for topic_id in (*fitting, *ALWAYS)]


def test_a_topic_that_always_helps_is_linked_once() -> None:
    urls = [link.url for link in topics_for("status of the maintenance?", "")]
    assert urls == ["/help/status", "/help/reporting"]
