"""What a file is judged on: sheet, answers and evidence as they were that day, and what moved since.

Snapshots are plain JSON, kept with the file and in its events: what is compared later may be older
than the code that compares it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.changes import changed
from catalogue.choices import Distribution, Origin
from catalogue.cloud import Trust
from catalogue.countries import country_names
from catalogue.history import published_content
from catalogue.models import Claim, Evidence, Listing, Offer, SolutionPage, Vendor
from catalogue.presentation import claim_trust
from catalogue.public_log import in_words
from catalogue.trust import TRUST_LABELS
from labelling.claims import answer_words, claims_of
from labelling.models import Handover, LabelApplication

Kept = Mapping[str, Any]
"""A snapshot, or a part of one, as JSON gives it back."""
_NOTHING = "–"


def snapshot(application: LabelApplication) -> dict[str, Any]:
    """What an application is judged on at this moment, as JSON.

    `sheet` is its public version, `offers` those of the covered ones that it has, `criteria` each
    answer that was handed in with who vouches for it and on what evidence, `watched` as below.
    Raises `ValueError` for an application without a handover.
    """
    if application.handover is None:
        raise ValueError("Nothing was handed in.")
    listing = Listing.objects.select_related("vendor").get(pk=application.listing_id)
    page = SolutionPage.objects.get(pk=listing.page_id)
    version = application.handover.assessment.version
    return {
        "at": timezone.now().isoformat(),
        "sheet": {
            "uid": str(listing.uid),
            "title": page.title,
            "revision": page.live_revision_id,
            "content": published_content(page.pk),
        },
        "vendor": _vendor(listing.vendor),
        "offers": named(covered(listing, application.offers)),
        "referential": {
            "slug": version.referential.slug,
            "version": version.version,
            "sha256": version.sha256,
        },
        "handover": {
            "uid": str(application.handover.uid),
            "at": application.handover.handed_at.isoformat(),
            "facts": application.handover.facts,
        },
        "criteria": _criteria(listing, application.handover),
        "watched": watched(listing, application.offers),
    }


def covered(listing: Listing, offers: Iterable[str | uuid.UUID]) -> list[Offer]:
    """Those of these offers that the public version of a sheet still has, in its order."""
    return list(Offer.objects.filter(page_id=listing.page_id, uid__in=list(offers)))


def named(offers: Iterable[Offer]) -> list[dict[str, str]]:
    """Offers as files and awards keep them."""
    return [{"uid": str(one.uid), "name": one.name} for one in offers]


def watched(listing: Listing, offers: Iterable[str | uuid.UUID]) -> dict[str, Any]:
    """What a label hangs on: a change of it opens a re-examination. JSON that compares as a whole.

    Who holds the sheet and who controls them, its licence; where each covered offer is hosted, by
    whom and under whose control (None for one that is no more). Names are not in it: to change one
    is nothing.
    """
    fresh = Listing.objects.select_related("vendor").get(pk=listing.pk)
    page = SolutionPage.objects.only("distribution", "licence").get(pk=fresh.page_id)
    wanted = [str(one) for one in offers]
    known = {str(offer.uid): _hosting(offer) for offer in covered(fresh, wanted)}
    return {
        "vendor": str(fresh.vendor.uid) if fresh.vendor else "",
        "control": str(fresh.vendor.origin) if fresh.vendor else "",
        "distribution": str(page.distribution),
        "licence": page.licence,
        "offers": {uid: known.get(uid) for uid in sorted(wanted)},
    }


def changes(old: Kept, new: Kept) -> list[str]:
    """What differs between two snapshots, or two of `watched`, in French: one sentence each."""
    found = [*_watched_changes(old, new), *_covered_changes(old, new)]
    fields = changed(_content(old), _content(new))
    if fields:
        found.append(_("Fiche : %s.") % ", ".join(in_words(fields)))
    versions = [one.get("referential", {}).get("version", "") for one in (old, new)]
    if versions[0] != versions[1]:
        found.append(_move(_("Version du référentiel"), *versions))
    before, now = _answers(old), _answers(new)
    for criterion in changed_criteria(old, new):
        found += _criterion_changes(criterion, before.get(criterion), now.get(criterion))
    return found


def changed_criteria(old: Kept, new: Kept) -> list[str]:
    """Criteria whose answer, trust or evidence differs between two snapshots, sorted."""
    before, now = _answers(old), _answers(new)
    ids = sorted(before.keys() | now.keys())
    return [one for one in ids if _compared(before.get(one)) != _compared(now.get(one))]


def pieces(kept: Kept) -> frozenset[str]:
    """Public ids of the pieces of evidence in a snapshot."""
    return frozenset(row["uid"] for one in _answers(kept).values() for row in one["evidence"])


def _vendor(vendor: Vendor | None) -> dict[str, str]:
    if vendor is None:
        return {}
    return {"uid": str(vendor.uid), "name": vendor.name, "siren": vendor.siren or ""}


def _hosting(offer: Offer) -> dict[str, Any]:
    return {
        "host": offer.host,
        "countries": sorted(offer.hosting_countries or ()),
        "outside": offer.host_outside_eu_control,
    }


def _criteria(listing: Listing, handover: Handover) -> dict[str, Any]:
    definition = handover.assessment.version.definition
    claims = claims_of(listing, definition)
    today = timezone.localdate()
    return {
        one: {
            **given,
            "words": answer_words(definition.by_id[one], given["value"]),
            **_proof(claims.get(one), today),
        }
        for one, given in handover.answers.items()
    }


def _proof(claim: Claim | None, on: dt.date) -> dict[str, Any]:
    """Who vouches for an answer, until when, and the pieces that were handed in with it."""
    handed = [piece for piece in claim.evidence.all() if not piece.is_draft] if claim else []
    return {
        "trust": claim_trust(claim, on).value,
        "verified_by": claim.verified_by if claim else "",
        "verified_on": _day(claim.verified_on) if claim else None,
        "expires_on": _day(claim.expires_on) if claim else None,
        "evidence": [_piece(piece) for piece in handed],
    }


def _piece(piece: Evidence) -> dict[str, Any]:
    return {
        "uid": str(piece.uid),
        "title": piece.title,
        "url": piece.url,
        "sha256": piece.sha256,
        "public": piece.is_public,
        "expires_on": _day(piece.expires_on),
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _content(kept: Kept) -> Kept:
    content: Kept = kept.get("sheet", {}).get("content", {})
    return content


def _answers(kept: Kept) -> Mapping[str, Kept]:
    answers: Mapping[str, Kept] = kept.get("criteria", {})
    return answers


def _compared(answer: Kept | None) -> tuple[Any, ...] | None:
    if answer is None:
        return None
    held = sorted(piece["uid"] for piece in answer["evidence"])
    return answer["value"], answer["justification"], answer["trust"], held


def _move(what: str, before: str, now: str) -> str:
    words = {"what": what, "before": before or _NOTHING, "now": now or _NOTHING}
    return _("%(what)s : %(before)s → %(now)s.") % words


def _watched_changes(old: Kept, new: Kept) -> Iterator[str]:
    before, now = old.get("watched", old), new.get("watched", new)
    if before.get("vendor") != now.get("vendor"):
        name = new.get("vendor", {}).get("name", "") if "watched" in new else ""
        yield (
            _("La fiche a changé d'entreprise.")
            if not name
            else (_("La fiche a changé d'entreprise : %s.") % name)
        )
    if before.get("control") != now.get("control"):
        labels = {str(value): str(label) for value, label in Origin.choices}
        control = [labels.get(one.get("control", ""), "") for one in (before, now)]
        yield _move(_("Contrôle ultime de l'entreprise"), *control)
    licences = [_licence(one) for one in (before, now)]
    if licences[0] != licences[1]:
        yield _move(_("Distribution et licence"), *licences)
    names = {row["uid"]: row["name"] for one in (old, new) for row in _covered(one)}
    for uid, hosting in before.get("offers", {}).items():
        yield from _hosting_changes(
            names.get(uid, _("couverte par le label")), hosting, now.get("offers", {}).get(uid)
        )


def _licence(kept: Kept) -> str:
    labels = {str(value): str(label) for value, label in Distribution.choices}
    parts = labels.get(kept.get("distribution", ""), ""), kept.get("licence", "")
    return ", ".join(part for part in parts if part)


def _covered(kept: Kept) -> list[Kept]:
    rows: list[Kept] = kept["offers"] if "watched" in kept else []
    return rows


def _hosting_changes(name: str, before: Kept | None, now: Kept | None) -> Iterator[str]:
    if before is None or before == now:
        return
    if now is None:
        yield _("L'offre « %s » n'est plus sur la fiche.") % name
        return
    words = (
        (_("Hébergeur de l'offre « %s »"), str, "host"),
        (_("Pays d'hébergement de l'offre « %s »"), _countries, "countries"),
        (_("Contrôle extra-européen de l'hébergeur de l'offre « %s »"), _yes_or_no, "outside"),
    )
    for label, said, key in words:
        if before.get(key) != now.get(key):
            yield _move(label % name, said(before.get(key)), said(now.get(key)))


def _countries(codes: list[str] | None) -> str:
    return ", ".join(country_names().get(code, code) for code in codes or ())


def _yes_or_no(value: bool | None) -> str:
    return _("non renseigné") if value is None else (_("oui") if value else _("non"))


def _covered_changes(old: Kept, new: Kept) -> Iterator[str]:
    """Covered offers that bear another name, or came back."""
    before = {row["uid"]: row["name"] for row in _covered(old)}
    for row in _covered(new):
        if row["uid"] not in before:
            yield _("L'offre « %s » est à nouveau sur la fiche.") % row["name"]
        elif before[row["uid"]] != row["name"]:
            yield _move(_("Nom d'une offre couverte"), before[row["uid"]], row["name"])


def _criterion_changes(criterion: str, before: Kept | None, now: Kept | None) -> Iterator[str]:
    if before is None or now is None:
        text = _("%s : question posée depuis.") if before is None else _("%s : n'est plus posée.")
        yield text % criterion
        return
    if before["value"] != now["value"]:
        yield _move(criterion, before["words"], now["words"])
    if before["justification"] != now["justification"]:
        yield _("%s : justification modifiée.") % criterion
    had, has = ({row["uid"]: row["title"] for row in one["evidence"]} for one in (before, now))
    for uid, title in has.items():
        if uid not in had:
            yield _("%(criterion)s : pièce ajoutée, « %(title)s ».") % {
                "criterion": criterion,
                "title": title,
            }
    for uid, title in had.items():
        if uid not in has:
            yield _("%(criterion)s : pièce retirée, « %(title)s ».") % {
                "criterion": criterion,
                "title": title,
            }
    if before["trust"] != now["trust"]:
        trusts = [TRUST_LABELS[Trust(one["trust"])] for one in (before, now)]
        yield _move(_("%s, valeur de la réponse") % criterion, *trusts)
