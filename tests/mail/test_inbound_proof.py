"""Whose mail is it? The verdicts speak of a domain, which must be the one in From (F20)."""

import pytest

from chalicelib.mail.domain.proof import Proof
from chalicelib.mail.domain.verdicts import Verdicts
from chalicelib.mail.notices import notice_of

P, F, G = "PASS", "FAIL", "GRAY"
ALICE = "alice@acme.example"


def proof(spf: str, dkim: str, dmarc: str, envelope: str = "", signers: tuple[str, ...] = ()) -> Proof:
    words = zip(("spf", "dkim", "dmarc"), (spf, dkim, dmarc), strict=True)
    verdicts = Verdicts.of({f"{name}Verdict": {"status": status} for name, status in words})
    return Proof(verdicts=verdicts, envelope=envelope, signers=signers)


@pytest.mark.parametrize(
    ("found", "proved"),
    [
        (proof(P, P, P), True),
        (proof(F, P, P), True),
        (proof(P, P, F, ALICE, ("acme.example",)), False),
        (proof(F, F, P), False),
        # Without a policy of the domain: SPF of the same domain, or one above or below it.
        (proof(P, G, G, ALICE), True),
        (proof(P, G, G, "bounces@mail.acme.example"), True),
        (proof(P, G, G, "<Bounces@ACME.example>"), True),
        (proof(P, G, G, "mallory@stranger.example"), False),
        (proof(P, G, G, "mallory@notacme.example"), False),
        (proof(P, G, G, "mallory@acme.example.stranger.example"), False),
        (proof(P, G, G, ""), False),
        (proof(F, G, G, ALICE), False),
        # DKIM: the verdict does not say which signature it means.
        (proof(F, P, G, "", ("acme.example",)), True),
        (proof(F, P, G, "", ("mail.acme.example", "acme.example")), True),
        (proof(F, P, G, "", ("acme.example", "stranger.example")), False),
        (proof(F, P, G, "", ("stranger.example",)), False),
        (proof(F, P, G, "", ("",)), False),
        (proof(F, P, G, ""), False),
        (proof(G, G, G, ALICE, ("acme.example",)), False),
    ],
)
def test_an_address_is_proved_by_its_own_domain_alone(found: Proof, proved: bool) -> None:
    """F20."""
    assert found.vouches_for(ALICE) is proved
    assert not found.vouches_for("")
    assert not found.vouches_for("alice")


def told(headers: list[dict[str, str]], *, cut: bool = False) -> Proof:
    mail = {"source": ALICE, "headers": headers, "headersTruncated": cut}
    return notice_of({"mail": mail, "receipt": {"action": {"objectKey": "inbound/1"}}}).proof


def test_the_signing_domains_come_from_the_notice_unless_it_was_cut() -> None:
    """F20: a signature that is not shown might be the one that passed."""
    signature = {
        "name": "DKIM-Signature",
        "value": "v=1; a=rsa-sha256; bh=d=evil.example; d=Acme.Example; s=x",
    }
    assert told([signature, {"name": "Subject", "value": "d=x"}]).signers == ("acme.example",)
    assert told([signature, {"name": "DKIM-Signature", "value": "nonsense"}]).signers == ("acme.example", "")
    assert told([signature], cut=True).signers == ()
