"""Mails made to hurt, each below 1.2 MB (F21, F24): name -> bytes."""

from random import Random

HEAD = (
    b"From: mallory@stranger.example\r\nTo: support@pledge.example\r\nSubject: x\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@stranger.example>\r\n"
)
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
PLAIN = HEAD + b"\r\n" + b"Hello world, this is one line of a mail.\r\n" * 27_000


def _nested(count: int) -> bytes:
    opened = (
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(count)
    )
    return HEAD + b"".join(opened) + b"\r\nhello"


def _parameters(form: str) -> bytes:
    return (
        HEAD + b"Content-Type: text/plain" + "".join(form % n for n in range(20_000)).encode() + b"\r\n\r\nhi"
    )


# Structure that no person sends: the ticket must say that it could not be read.
GIVEN_UP = {
    "2,000 nested multiparts": _nested(2_000),
    "200 nested multiparts": _nested(200),
    "5,000 nested messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"hi",
    "100,000 parts": MIXED + b"--x\r\n\r\na\r\n" * 100_000 + b"--x--",
    "20,000 parameters": _parameters("; a%d=b"),
    "20,000 pieces of one parameter": _parameters("; a*%d*=b"),
    "20,000 addresses": HEAD + b"Cc: " + b",".join(b"%d@b.c" % n for n in range(20_000)) + b"\r\n\r\nhi",
    "20,000 nested comments": HEAD + b"Cc: " + b"(" * 20_000 + b"\r\n\r\nhi",
    "20,000 comments": HEAD + b"Cc: " + b"(a)" * 20_000 + b"\r\n\r\nhi",
    "a header of a megabyte": HEAD + b"X-Junk: " + b"a" * 1_000_000 + b"\r\n\r\nhi",
    "100,000 headers": HEAD + b"X-Junk: a\r\n" * 100_000 + b"\r\nhi",
    "200,000 folds": HEAD + b"X-Junk: a\r\n" + b" b\r\n" * 200_000 + b"\r\nhi",
}

# Content that is dear for a careless reader, and of which something can be shown.
DEAR = {
    "encoded words in a subject": HEAD.replace(b" x\r", b" " + b"=?utf-8?B?YQ==?= " * 10_000 + b"\r")
    + b"\r\nhi",
    "encoded words in a name": HEAD + b"Cc: " + b"=?utf-8?B?YQ==?= " * 10_000 + b"<a@b.example>\r\n\r\nhi",
    "open brackets in references": HEAD + b"References: " + b"<a" * 100_000 + b"\r\n\r\nhi",
    "references without brackets": HEAD + b"References: " + b"a" * 200_000 + b"\r\n\r\nhi",
    "uuencoded blocks": HEAD + b"\r\n" + b"begin 644 a\r\n`\r\nend\r\n" * 50_000,
    "uuencoded blocks without end": HEAD + b"\r\n" + b"begin 644 a\r\n" * 50_000,
    "attributions": HEAD + b"\r\n" + b"On 2026 10:10 " * 60_000,
    "attribution lines": HEAD + b"\r\n" + b"On 2026 10:10\r\n" * 60_000,
    "quotes and answers": HEAD + b"\r\n" + b"> hi\r\nOn 2026-01-01 a@b wrote:\r\n" * 20_000,
    "empty lines": HEAD + b"\r\n" + b"\r\n" * 500_000 + b"x",
    "quoted headers": HEAD + b"\r\n" + b"From: a\r\n" * 100_000,
    "100,000 nested tags": HTML + b"<div>" * 100_000,
    "tags that never close": HTML + b"<a " * 300_000,
    "quotes that never close": HTML + b'<a "' * 200_000 + b">",
    "comments that never close": HTML + b"<!--" * 200_000,
    "scripts that never close": HTML + b"</script" * 60_000 + b"<script>" + b"</script" * 60_000,
    "formatting over paragraphs": HTML
    + b'<p><a href="http://x.example/%s">' % (b"a" * 3_000)
    + b"<p>x</p>" * 20_000,
    "formatting over rows": HTML
    + b'<table><a href="http://x.example/%s">' % (b"a" * 3_000)
    + b"<tr>x" * 20_000,
    "several thousand links": HTML + b"<a href='http://x.example/y'>x</a> " * 30_000,
    "deep lists": HTML + b"<ul><li>" * 30 + b"<li>x" * 20_000,
    "many HTML parts": MIXED
    + (b"--x\r\nContent-Type: text/html\r\n\r\n" + b"<p>hi <b>you</b></p>" * 100) * 499,
    "a charset that nobody knows": HEAD
    + b"Content-Type: text/plain; charset=klingon\r\n\r\n"
    + Random(1).randbytes(1_000_000),  # noqa: S311 - the same bytes in every run, no secret
    "punycode": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\na-" + b"b" * 500_000,
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA" * 250_000,
    "iso-2022-jp": HEAD
    + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    + b"\x1b$B$3\x1b(B" * 100_000,
    "base64 in pieces": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"YQ==" * 250_000,
    "flowed quotes": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> a \r\n" * 150_000,
    "a boundary of dashes": HEAD
    + b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % (b"-" * 60)
    + (b"-" * 70 + b"\r\n") * 15_000,
    "a winmail.dat of four thousand million properties": HEAD
    + b"Content-Type: application/ms-tnef\r\n\r\n"
    + b"\x78\x9f\x3e\x22\x00\x00\x01\x03\x90\x06\x00\x04\x00\x00\x00\xff\xff\xff\xff\x00\x00",
    "a long delivery report": HEAD
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b\r\nStatus: 5.1.1\r\nAction: failed\r\n\r\n" * 10_000
    + b"--x--",
}
