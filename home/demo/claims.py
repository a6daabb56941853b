"""What vendors claim, on what proof, and who verified or contested it."""

import datetime as dt
import random
from dataclasses import dataclass, replace
from uuid import UUID

from home.demo.archetypes import words
from home.demo.chance import Chance, days_before, demo_uid
from home.demo.records import ClaimRecord, OfferRecord

# What a claim is worth, and how many of each in a deck.
PROOFS = {"verified": 3, "expired": 1, "contested": 1, "justified": 4, "declared": 11}
STRONG_PROOFS = {"verified": 9, "expired": 1, "contested": 1, "justified": 2, "declared": 1}


@dataclass(frozen=True)
class Declarant:
    """The sheet that claims: its number, the vendor's site, since when it is listed."""

    index: int
    website: str
    since: dt.date


class ClaimFactory:
    """Makes claims whose worth is dealt."""

    def __init__(self, seed: int, today: dt.date, chance: Chance) -> None:
        self._seed = seed
        self._today = today
        self._chance = chance
        self._words = words("offers")["claims"]["words"]

    def on_offer(
        self, rng: random.Random, declarant: Declarant, offer: OfferRecord, origin: str
    ) -> list[ClaimRecord]:
        """Return the claims on an offer of a vendor of that origin: hosting, and certificates."""
        claims = []
        if offer.host or offer.state_cloud:
            claims.append(self._cloud(rng, declarant, offer, origin))
        if offer.hds:
            claims.append(self.make(rng, declarant, "hds", offer.uid, offer.hds_until))
        if offer.iso27001_number:
            claims.append(self.make(rng, declarant, "iso27001", offer.uid, offer.iso27001_until))
        return claims

    def _cloud(
        self, rng: random.Random, declarant: Declarant, offer: OfferRecord, origin: str
    ) -> ClaimRecord:
        """Return the claim on where an offer runs; a qualified host is mostly verified."""
        if offer.state_cloud:
            fit, strong = "cloud-state", True
        elif offer.secnumcloud in ("hosting", "service"):
            fit, strong = f"cloud-{offer.secnumcloud}", True
        else:
            european = not offer.host_outside_eu_control and origin in ("fr", "ue")
            fit, strong = "cloud-europe" if european else "cloud-other", False
        claim = self.make(rng, declarant, "cloud", offer.uid, strong=strong, fit=fit)
        cloud = offer.state_cloud.capitalize()
        proofs = ((title.format(cloud=cloud), address) for title, address in claim.evidence)
        return replace(claim, evidence=tuple(proofs))

    def make(
        self,
        rng: random.Random,
        declarant: Declarant,
        kind: str,
        subject: UUID | None,
        until: dt.date | None = None,
        *,
        strong: bool = False,
        fit: str = "",
    ) -> ClaimRecord:
        """Return a claim on an offer or a reference, or on the sheet (None).

        :param fit: the words to use, those of the kind by default.
        """
        fitting = self._words[fit or kind]
        deck = STRONG_PROOFS if strong else PROOFS
        state = self._chance.deal(f"claim-{kind}-{strong}", deck)
        uid = demo_uid(self._seed, "sheet", declarant.index, "claim", kind, subject or "")
        title = rng.choice(fitting["evidence"])
        proof = (title, f"{declarant.website}/preuves/{uid.hex[:8]}")
        claim = ClaimRecord(
            uid=uid,
            kind=kind,
            subject=subject,
            declared_on=declarant.since,
            expires_on=until,
            evidence=() if state == "declared" else (proof,),
        )
        if state == "contested":
            return replace(
                claim,
                contested_on=days_before(rng, self._today, 90, 3),
                contest_reason=rng.choice(fitting["contest_reasons"]),
            )
        if state in ("declared", "justified"):
            return claim
        verified_by = rng.choice(fitting["verified_by"])
        return self._verified(rng, claim, verified_by, expired=state == "expired")

    def _verified(
        self, rng: random.Random, claim: ClaimRecord, verified_by: str, *, expired: bool
    ) -> ClaimRecord:
        ends = claim.expires_on
        if expired:
            ends = days_before(rng, self._today, 150, 2)
        elif ends is None:
            ends = self._today + dt.timedelta(days=rng.randint(45, 720))
        verified_on = days_before(rng, min(self._today, ends), 400, 1)
        return replace(
            claim,
            declared_on=min(claim.declared_on, verified_on),
            verified_on=verified_on,
            verified_by=verified_by,
            expires_on=ends,
        )
