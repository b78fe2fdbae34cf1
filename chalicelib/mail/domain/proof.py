"""Whether the receiving server vouches for the address that a mail names as its sender (F20)."""

from dataclasses import dataclass

from chalicelib.mail.domain.verdicts import Verdict, Verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the receiving server found: its verdicts, and whose domains they speak of."""

    verdicts: Verdicts
    envelope: str = ""  # the address of MAIL FROM, which SPF speaks of; empty for a bounce
    signers: tuple[str, ...] = ()  # the domain of each DKIM signature

    def vouches_for(self, address: str) -> bool:
        """SPF and DKIM prove some domain; only where it is the one in From do they prove the sender.

        DMARC looks at that by itself. Where the domain has no DMARC policy we look, as it would.
        """
        verdicts, domain = self.verdicts, _domain(address)
        if not domain or verdicts.forged:
            return False
        if verdicts.dmarc is Verdict.PASS:
            return True
        by_spf = verdicts.spf is Verdict.PASS and _aligned(_domain(self.envelope), domain)
        return by_spf or (verdicts.dkim is Verdict.PASS and self._all_sign_for(domain))

    @property
    def disowned(self) -> bool:
        """The sender's own domain says that the mail is not theirs, or it does harm: trust nothing in it."""
        return self.verdicts.dmarc is Verdict.FAIL or self.verdicts.harmful

    def _all_sign_for(self, domain: str) -> bool:
        # The verdict does not say which signature it means, so each must be of this domain.
        return bool(self.signers) and all(_aligned(signer.lower(), domain) for signer in self.signers)


def _domain(address: str) -> str:
    return address.strip().strip("<>").rpartition("@")[2].lower().rstrip(".") if "@" in address else ""


def _aligned(one: str, other: str) -> bool:
    """The same domain, or one below the other, as DMARC's relaxed mode has it."""
    return bool(one) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
