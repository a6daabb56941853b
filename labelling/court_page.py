"""The page of an exported file: the same facts as its JSON, as tables that people read."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.cloud import Trust
from catalogue.presentation import french_date
from catalogue.trust import TRUST_LABELS
from labelling.event_words import ROLES, fact_words
from labelling.models import Appeal, CriterionReview, LabelApplication, LabelEvent, Letter, Question
from labelling.state_words import Audience, state_label
from labelling.states import Role, Subject

_VERDICTS = dict(CriterionReview.Verdict.choices)
_KINDS = dict(Question.Kind.choices)
_LETTERS = dict(Letter.Kind.choices)
_AGAINST = dict(Appeal.Against.choices)


@dataclass(frozen=True)
class Link:
    """A cell that opens a file of the archive."""

    name: str


@dataclass(frozen=True)
class Section:
    """A table of the page; without a heading of columns, each row begins with its name."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def sections(
    application: LabelApplication, told: Mapping[str, Any], chain: Iterable[LabelEvent]
) -> list[Section]:
    """What the page shows, in order; a section without rows says that there is nothing.

    :param told: what `dossier.json` holds.
    """
    people = told["people"]

    def who(row: Mapping[str, Any], name: str) -> str:
        return people.get(str(row.get(f"{name}_id") or ""), "–")

    return [
        Section(_("La demande"), (), _request(application, told, who)),
        Section(
            _("Ce qui est jugé : réponses de l'offreur"),
            (_("Critère"), _("Réponse"), _("Justification"), _("Confiance"), _("Pièces")),
            _answers(application.snapshot),
        ),
        *_examined(told, who),
        *_exchanges(told, who),
        *_papers(told, who),
        *_outcome(told, who),
        _facts(chain, people),
    ]


def _examined(told: Mapping[str, Any], who: Any) -> list[Section]:
    return [
        Section(
            _("Pièces justificatives"),
            (_("Critères"), _("Intitulé"), _("Fichier ou adresse"), _("Empreinte jugée"), _("À savoir")),
            [
                (
                    ", ".join(one["criteria"]),
                    one["title"],
                    Link(one["archive"]) if one["archive"] else one["url"] or "–",
                    one["sha256"],
                    one["note"],
                )
                for one in told["evidence"]
            ],
        ),
        Section(
            _("Examen de chaque critère"),
            (_("Tour"), _("Critère"), _("Verdict"), _("Commentaire"), _("Par")),
            [
                (
                    row["round"],
                    row["criterion"],
                    _VERDICTS.get(row["verdict"], row["verdict"]),
                    row["comment"],
                    who(row, "changed_by"),
                )
                for row in told["reviews"]
            ],
        ),
    ]  # fmt: skip


def _request(
    application: LabelApplication, told: Mapping[str, Any], who: Any
) -> list[tuple[str, Any]]:
    row = told["application"]
    version = told["referential"]
    offers = application.snapshot.get("offers", ())
    return [
        (_("Numéro"), application.number),
        (_("Label et niveau"), f"{application.label}, {application.level}"),
        (_("Référentiel"), f"{version.get('slug', '–')} {version.get('version', '')}"),
        (_("Offreur"), f"{told['company']['name']} {told['company']['siren']}".strip()),
        (_("Solution"), told["sheet"]["title"]),
        (_("Offres visées"), ", ".join(one["name"] for one in offers) or "–"),
        (_("Présentation"), application.motivation or "–"),
        (_("Déposée le"), _moment(application.submitted_at)),
        (_("À instruire avant le"), _day(application.due_on)),
        (_("Décision implicite le"), _day(application.silence_on)),
        (_("État"), application.state_for(Audience.STAFF)),
        (_("Instruite par"), who(row, "holder")),
        (_("Motifs proposés"), application.proposal or "–"),
        (_("Proposée par"), who(row, "proposed_by")),
        (_("Motifs de la décision"), application.decision or "–"),
        (_("Décidée par"), who(row, "decided_by")),
        (_("Décidée le"), _moment(application.decided_at)),
    ]


def _answers(snapshot: Mapping[str, Any]) -> list[Sequence[Any]]:
    return [
        (
            criterion,
            answer.get("words") or answer.get("value", ""),
            answer.get("justification", ""),
            _trust(answer.get("trust", "")),
            len(answer.get("evidence", ())),
        )
        for criterion, answer in sorted(snapshot.get("criteria", {}).items())
    ]


def _exchanges(told: Mapping[str, Any], who: Any) -> list[Section]:
    return [
        Section(
            _("Questions à l'offreur"),
            (_("Posée le"), _("Nature"), _("Question"), _("Attendue le"), _("Réponse"), _("Le")),
            [
                (
                    _said(row["asked_at"]),
                    _KINDS.get(row["kind"], row["kind"]),
                    row["text"],
                    _said(row["due_on"]),
                    row["answer"] or "–",
                    _said(row["answered_at"]),
                )
                for row in told["questions"]
            ],
        ),
        Section(
            _("Messages"),
            (_("Le"), _("De"), _("Message")),
            [
                (
                    _said(row["at"]),
                    _("la mission LABEL") if row["from_staff"] else _("l'offreur"),
                    row["text"],
                )
                for row in told["messages"]
            ],
        ),
        Section(
            _("Notes internes, que l'offreur n'a pas lues"),
            (_("Le"), _("Par"), _("Note")),
            [(_said(row["at"]), who(row, "author"), row["text"]) for row in told["notes"]],
        ),
    ]


def _papers(told: Mapping[str, Any], who: Any) -> list[Section]:
    return [
        Section(
            _("Avis d'experts"),
            (_("Demandé le"), _("Thème"), _("Expert"), _("Question"), _("Avis")),
            [
                (
                    _said(row["asked_at"]),
                    row["theme"],
                    who(row, "expert"),
                    row["question"],
                    row["opinion"] or "–",
                )
                for row in told["consultations"]
            ],
        ),
        Section(
            _("Courriers"),
            (_("Du"), _("Nature"), _("Objet"), _("Fichier"), _("Ouvert le"), _("Empreinte")),
            [
                (
                    _said(row["made_at"]),
                    _LETTERS.get(row["kind"], row["kind"]),
                    row["title"],
                    Link(row["archive"]) if row["archive"] else "–",
                    _said(row["opened_at"]),
                    row["sha256"],
                )
                for row in told["letters"]
            ],
        ),
    ]


def _outcome(told: Mapping[str, Any], who: Any) -> list[Section]:
    return [
        Section(_("Label attribué"), (), _award(told["award"], who) if told["award"] else []),
        Section(
            _("Réserves"),
            (_("Réserve"), _("À lever avant le"), _("Réponse"), _("Levée le"), _("Pourquoi")),
            [
                (
                    row["text"],
                    _said(row["due_on"]),
                    row["answer"] or "–",
                    _said(row["lifted_at"]),
                    row["comment"] or "–",
                )
                for row in told["reservations"]
            ],
        ),
        Section(
            _("Recours"),
            (_("Formé le"), _("Contre"), _("Moyens"), _("État"), _("Décision"), _("Par")),
            [
                (
                    _said(row["opened_at"]),
                    _AGAINST.get(row["against"], row["against"]),
                    row["text"],
                    state_label(Subject.APPEAL, row["state"], Audience.STAFF),
                    row["decision"] or "–",
                    who(row, "decided_by"),
                )
                for row in told["appeals"]
            ],
        ),
    ]


def _award(award: Mapping[str, Any], who: Any) -> list[tuple[str, Any]]:
    return [
        (_("Numéro"), award["number"]),
        (_("État"), state_label(Subject.AWARD, award["state"], Audience.STAFF)),
        (_("Attribué le"), _said(award["granted_on"])),
        (_("Valable jusqu'au"), _said(award["valid_to"])),
        (_("Offres couvertes"), ", ".join(one["name"] for one in award["offers"])),
        (_("Motif public"), award["reason"] or "–"),
        (_("Motif du préavis"), award["notice_reason"] or "–"),
        (_("Réponse de l'offreur au préavis"), award["notice_reply"] or "–"),
        (_("Dernière décision par"), who(award, "decided_by")),
    ]


def _facts(chain: Iterable[LabelEvent], people: Mapping[str, str]) -> Section:
    return Section(
        _("Tous les faits, dans l'ordre"),
        (_("Rang"), _("Le"), _("Fait"), _("Par"), _("Motif"), _("Empreinte")),
        [
            (
                event.position,
                _moment(event.at),
                _fact(event),
                _actor(event, people),
                event.comment,
                event.digest,
            )
            for event in chain
        ],
    )


def _trust(value: str) -> str:
    return TRUST_LABELS[Trust(value)] if value in {one.value for one in Trust} else value


def _actor(event: LabelEvent, people: Mapping[str, str]) -> str:
    role = str(ROLES[Role(event.actor_role)])
    return f"{people[str(event.actor_id)]} ({role})" if event.actor_id else role


def _fact(event: LabelEvent) -> str:
    name = str(fact_words(event))
    if not event.target:
        return name
    return f"{name} → {state_label(Subject(event.subject), event.target, Audience.STAFF)}"


def _said(value: str | None) -> str:
    """A day or a moment of the JSON, as people write it."""
    if not value:
        return "–"
    if len(value) == len("2026-01-01"):
        return french_date(dt.date.fromisoformat(value))
    return _moment(dt.datetime.fromisoformat(value))


def _day(day: dt.date | None) -> str:
    return french_date(day) if day else "–"


def _moment(at: dt.datetime | None) -> str:
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return f"{french_date(local.date())} {local:%H:%M:%S}"
