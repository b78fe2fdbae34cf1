"""The mailbox as a page to read: no scripts, fits a phone; the HTML of a mail is in a sandboxed frame."""

from datetime import datetime
from html import escape

from infra.local.outbox import Sent

SHOWN = 200
STYLE = """
:root { --ink: #1d2530; --soft: #5d6b7c; --line: #dfe5ec; --paper: #fff; --ground: #f4f6f9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { background: var(--paper); border-bottom: 1px solid var(--line); padding: 1rem; }
header > *, main { max-width: 46rem; margin-inline: auto; }
h1 { font-size: 1.25rem; margin-block: 0; }
p { margin-block: .25rem; color: var(--soft); }
main { padding: 1rem; display: grid; gap: .75rem; }
article { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; }
article { padding: .9rem 1rem; min-width: 0; }
.line { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
.line { color: var(--soft); font-size: .875rem; }
.channel { font-weight: 600; border-radius: .3rem; padding: .05rem .5rem; color: #fff; background: #44607f; }
.page, .sms { background: #a33a1f; } .webhook { background: #5b4a8c; } .broadcast { background: #1f6f5c; }
.failed { color: #a3201f; font-weight: 600; }
h2 { font-size: 1.05rem; margin: .35rem 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; font: inherit; }
pre { max-height: 24rem; overflow: auto; }
iframe { width: 100%; height: 22rem; border: 1px solid var(--line); border-radius: .4rem; background: #fff; }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; margin-top: .5rem; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; }
dl { gap: .1rem .75rem; font-size: .8rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
"""


def mailbox_page(sent: list[Sent], now: datetime) -> str:
    """The newest first."""
    cards = "\n".join(card(one) for one in reversed(sent[-SHOWN:])) or "<p>Nothing has left the desk yet.</p>"
    count = f"{len(sent)} message{'' if len(sent) == 1 else 's'}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox - Pledge on a laptop</title><style>{STYLE}</style></head>
<body><header><h1>Everything that left the desk</h1>
<p>{count}; the desk's time is {now:%A %d %B %Y, %H:%M:%S} UTC</p></header>
<main>
{cards}
</main></body></html>
"""


def card(sent: Sent) -> str:
    """One message."""
    failed = f'<span class="failed">{escape(sent.failed)}</span>' if sent.failed else ""
    title = f"<h2>{escape(sent.subject)}</h2>" if sent.subject else ""
    channel = escape(sent.channel)
    return f"""<article id="m{sent.seq}"><div class="line">
<span class="channel {channel}">{channel}</span><span>#{sent.seq}</span>
<time datetime="{escape(sent.at)}">{escape(readable(sent.at))}</time>
<span>to {escape(", ".join(sent.to))}</span>{failed}</div>
{title}{content(sent)}{headers(sent)}</article>"""


def content(sent: Sent) -> str:
    """The text, and the HTML where there is some."""
    text = f"<pre>{escape(sent.text)}</pre>" if sent.text else ""
    if not sent.html:
        return text
    # The sandbox allows nothing: no script, no form, no navigation of this page.
    frame = (
        f'<iframe sandbox="" title="HTML part of message {sent.seq}" srcdoc="{escape(sent.html)}"></iframe>'
    )
    return f"{text}<details><summary>HTML part</summary>{frame}</details>"


def headers(sent: Sent) -> str:
    """The headers, folded away."""
    if not sent.headers:
        return ""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in sent.headers.items())
    return f"<details><summary>Headers</summary><dl>{rows}</dl></details>"


def readable(at: str) -> str:
    """A moment for people."""
    return datetime.fromisoformat(at).strftime("%a %d %b %Y, %H:%M:%S")
