"""Anomalies reported and recommendations asked for in the demo, in every state."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from catalogue.due_dates import answer_due_on
from catalogue.models import AnomalyReport, Category, Listing
from home.demo.chance import demo_uid
from home.demo.companies import OWNER
from home.demo.vendors import vendor_uid
from sourcing.models import RecommendationRequest

MODERATOR = "moderation@demo.example"
Reason, Seen = AnomalyReport.Reason, AnomalyReport.State
Asked = RecommendationRequest.State

# State, reason, days since, what the visitor wrote, the vendor's reply, the answer. The first are
# on sheets of the company that the demo's own vendors act for.
REPORTS = (
    (Seen.ACKNOWLEDGED, Reason.REFERENCE, 4, "Notre commune n'a jamais été cliente.", "", ""),
    (
        Seen.ACKNOWLEDGED,
        Reason.OUTDATED,
        9,
        "Le tarif affiché n'existe plus depuis janvier.",
        "Vous avez raison : le nouveau tarif est dans la modification que nous venons de remettre.",
        "",
    ),
    (Seen.RECEIVED, Reason.ENDORSEMENT, 1, "La description dit « validé par l'État ».", "", ""),
    (Seen.RECEIVED, Reason.PAGE, 6, "Le tableau des offres déborde sur mon téléphone.", "", ""),
    (
        Seen.HANDLED,
        Reason.CLAIM,
        30,
        "Le certificat ISO 27001 cité ne couvre pas cet hébergement.",
        "Le périmètre était mal recopié, nous l'avons corrigé.",
        "Le périmètre est corrigé et l'allégation repasse en « déclaré ». Merci.",
    ),
    (
        Seen.DISMISSED,
        Reason.SCOPE,
        45,
        "Ce logiciel ne me paraît pas utile au service public.",
        "",
        "Le catalogue n'exclut pas une solution parce qu'elle est peu utile à certains : elle reste.",
    ),
)
# State, days since, domain, body, need, answer.
REQUESTS = (
    (
        Asked.RECEIVED,
        2,
        "documents",
        "Commune fictive de Valmorel-le-Haut",
        "Nous cherchons à faire signer les arrêtés à distance : 12 signataires, 400 actes par an. "
        "Aujourd'hui tout est imprimé.",
        "",
    ),
    (
        Asked.RECEIVED,
        24,
        "",
        "Syndicat fictif des eaux de la Brume",
        "Suivre les interventions de trois équipes sur le terrain, parfois sans réseau.",
        "",
    ),
    (
        Asked.TAKEN,
        5,
        "",
        "Département fictif du Haut-Pays",
        "Recueillir les demandes d'aides des associations, de l'instruction au versement, pour "
        "1 500 dossiers par an et vingt instructeurs.",
        "",
    ),
    (
        Asked.ANSWERED,
        20,
        "",
        "Hôpital fictif Saint-Orme",
        "Planifier les salles de réunion de quatre sites ; hébergement en France exigé.",
        "Trois fiches répondent à ce besoin et publient leur prix. Regardez aussi les services "
        "mutualisés de l'État avant d'acheter.",
    ),
    (
        Asked.DISMISSED,
        50,
        "",
        "Lycée fictif des Tilleuls",
        "Renouveler soixante ordinateurs portables et leurs écrans avant la rentrée.",
        "Le matériel n'entre pas dans ce catalogue : adressez-vous à votre centrale d'achat.",
    ),
)


@transaction.atomic
def load_reports(seed: int) -> None:
    """Make the reports and the requests that are missing; those of sheets now gone are made again."""
    sheets = _sheets(seed)
    now = timezone.now()
    moderator = User.objects.filter(email=MODERATOR).first()
    _reports(sheets, now, moderator)
    _requests(sheets, now, moderator)


def _sheets(seed: int) -> list[Listing]:
    """Public sheets of fictitious vendors, those of the demo owner's company first."""
    rows = Listing.objects.public().filter(vendor__is_fictitious=True).select_related("page")
    own = rows.filter(vendor__uid=vendor_uid(seed, 0)).order_by("uid")[: len(REPORTS)]
    others = rows.filter(~Q(vendor__uid=vendor_uid(seed, 0))).order_by("uid")[: len(REPORTS)]
    return [*own, *others]


def _reports(sheets: list[Listing], now: dt.datetime, moderator: User | None) -> None:
    uids = [demo_uid(0, "report", number) for number in range(len(REPORTS))]
    AnomalyReport.objects.filter(uid__in=uids, listing=None).delete()
    known = set(AnomalyReport.objects.filter(uid__in=uids).values_list("uid", flat=True))
    owner = User.objects.filter(email=OWNER).first()
    rows, dates = [], {}
    for number, (uid, told, listing) in enumerate(zip(uids, REPORTS, sheets, strict=False)):
        if uid in known:
            continue
        state, reason, days, message, reply, answer = told
        dates[uid] = now - dt.timedelta(days=days)
        columns: dict[str, Any] = {"email": f"visiteur{number}@demo.example", "answer": answer}
        if state != Seen.RECEIVED:
            columns["acknowledged_at"] = dates[uid] + dt.timedelta(hours=20)
        if reply:
            columns["vendor_reply"], columns["vendor_replied_by"] = reply, owner
            columns["vendor_replied_at"] = dates[uid] + dt.timedelta(days=2)
        if answer:
            columns["decided_at"] = dates[uid] + dt.timedelta(days=5)
            columns["decided_by"] = moderator
        path = f"/solutions/{listing.page.slug}/"
        rows.append(
            AnomalyReport(
                uid=uid,
                listing=listing,
                path=path,
                reason=reason,
                message=message,
                state=state,
                **columns,
            )
        )
    AnomalyReport.objects.bulk_create(rows)
    _date(AnomalyReport, dates)


def _requests(sheets: list[Listing], now: dt.datetime, moderator: User | None) -> None:
    uids = [demo_uid(0, "recommendation", number) for number in range(len(REQUESTS))]
    known = set(RecommendationRequest.objects.filter(uid__in=uids).values_list("uid", flat=True))
    domains = {row.slug: row for row in Category.objects.roots()}
    rows, dates = [], {}
    for number, (uid, asked) in enumerate(zip(uids, REQUESTS, strict=True)):
        if uid in known:
            continue
        state, days, domain, body, need, answer = asked
        dates[uid] = now - dt.timedelta(days=days)
        row = RecommendationRequest(uid=uid, body=body, need=need, state=state, answer=answer)
        row.email = f"achat{number}@demo.example"
        row.category = domains.get(domain)
        row.due_on = answer_due_on(dates[uid].date())
        row.taken_by = moderator if state in (Asked.TAKEN, Asked.ANSWERED) else None
        if answer:
            row.decided_at, row.decided_by = dates[uid] + dt.timedelta(days=6), moderator
        rows.append(row)
    for row in RecommendationRequest.objects.bulk_create(rows):
        if row.state == Asked.ANSWERED:
            row.sheets.set(sheets[:3])
    _date(RecommendationRequest, dates)


def _date(model: Any, dates: dict[Any, dt.datetime]) -> None:
    """Write when each was received: Django dates a new row itself."""
    for uid, day in dates.items():
        model.objects.filter(uid=uid).update(received_at=day)
