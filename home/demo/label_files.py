"""Label applications of the demo, in every state: led there by the services, on days of the past."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management import CommandError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from catalogue.models import Listing, Membership, Proof, Role
from home.demo import clock
from home.demo.companies import OWNER
from home.demo.vendors import vendor_uid
from labelling import appealing, applying, awarding, deciding, letters, reviewing
from labelling.models import (
    Absence,
    Answer,
    Appeal,
    Award,
    CriterionReview,
    Delegation,
    EventHead,
    Handover,
    Label,
    LabelApplication,
    LabelEvent,
    Letter,
    Question,
    Reservation,
    Result,
)
from labelling.states import ApplicationState, AwardState

Verdict = CriterionReview.Verdict
DEPOSITOR = "depots@demo.example"
"""Acts for most demo companies that apply; nobody signs in with it."""
_REVIEWERS = ("instruction@demo.example", "instruction2@demo.example")
_EXPERT, _DECIDER, _THIRD = (
    "expertise@demo.example",
    "decision@demo.example",
    "recours@demo.example",
)
_SINCE = dt.timedelta(days=60)


@dataclass
class Story:
    """One file, the people who act on it, and the day that it has come to."""

    application: LabelApplication
    owner: User
    holder: User
    expert: User
    decider: User
    third: User
    day: dt.date

    @contextmanager
    def later(self, days: int) -> Iterator[None]:
        """So many days after what was done last, but never tomorrow."""
        self.day = min(self.day + dt.timedelta(days=days), timezone.localdate())
        with clock.on(self.day):
            yield

    @property
    def award(self) -> Award:
        """The label that it got."""
        return Award.objects.get(application=self.application)

    def review(self) -> None:
        """Take the file, find it admissible and begin."""
        with self.later(1):
            reviewing.claim(application=self.application, by=self.holder)
            reviewing.admit(application=self.application, by=self.holder)
        with self.later(1):
            reviewing.begin(application=self.application, by=self.holder)

    def judge(self, against: int = 0, most: int | None = None) -> None:
        """Give each answer a verdict, the first `against` of them a bad one, `most` in all."""
        self.application.refresh_from_db()
        asked = list(self.application.handover.answers)[:most]
        # In bulk: sixty acts a file, one after the other, would be most of the demo's time.
        CriterionReview.objects.bulk_create(
            CriterionReview(
                application=self.application,
                round=self.application.round,
                criterion=criterion,
                verdict=Verdict.NOT_CONFORM if rank < against else Verdict.CONFORM,
                comment="La page citée ne le montre pas (exemple fictif)."
                if rank < against
                else "",
                changed_by=self.holder,
            )
            for rank, criterion in enumerate(asked)
        )

    def propose(self, outcome: str, *reservations: str) -> None:
        """Judge it all, and propose an outcome."""
        refused = outcome == ApplicationState.REFUSED
        with self.later(3):
            self.judge(against=3 if refused else len(reservations))
            reviewing.propose(
                application=self.application,
                by=self.holder,
                outcome=outcome,
                level=None if refused else self.application.level,
                motives="Au vu des réponses et des pièces examinées (exemple fictif).",
                reservations=[
                    (text, timezone.localdate() + dt.timedelta(days=90)) for text in reservations
                ],
            )

    def decide(self) -> None:
        """Follow the proposal, and let the company open its letters."""
        with self.later(2):
            deciding.decide(
                application=self.application,
                by=self.decider,
                decision="Décision conforme à la proposition (exemple fictif).",
            )
            for letter in self.application.letters.all():
                letters.open_letter(letter=letter, by=self.owner)


def _submitted(story: Story) -> None:
    """Nobody has looked at it yet."""


def _begun(story: Story) -> None:
    story.review()
    story.judge(against=1, most=12)
    with story.later(1):
        reviewing.add_note(
            application=story.application,
            by=story.holder,
            text="Rappeler que l'avis de l'expert a suffi l'an dernier (note fictive).",
        )


def _asked(story: Story) -> None:
    story.review()
    with story.later(2):
        reviewing.ask(
            application=story.application,
            by=story.holder,
            kind=Question.Kind.MISSING,
            text="Joignez le dernier rapport de test de restauration (demande fictive).",
            criteria=list(story.application.handover.answers)[:2],
        )


def _with_expert(story: Story) -> None:
    story.review()
    with story.later(1):
        theme = story.application.handover.assessment.version.definition.themes[-1]
        reviewing.consult(
            application=story.application,
            by=story.holder,
            expert=story.expert,
            theme=theme.id,
            question="Ces réponses décrivent-elles une pratique tenue ? (question fictive)",
        )


def _proposed(story: Story) -> None:
    story.review()
    story.propose(ApplicationState.GRANTED)


def _granted(story: Story) -> None:
    _proposed(story)
    story.decide()


def _reserved(story: Story) -> None:
    story.review()
    story.propose(
        ApplicationState.GRANTED_WITH_RESERVATIONS,
        "Publier la déclaration d'accessibilité à jour (réserve fictive).",
    )
    story.decide()


def _refused(story: Story) -> None:
    story.review()
    story.propose(ApplicationState.REFUSED)
    story.decide()


def _appealed(story: Story) -> None:
    _refused(story)
    with story.later(1):
        appealing.open_appeal(
            application=story.application,
            against=Appeal.Against.REFUSED,
            by=story.owner,
            text="La pièce était jointe à la remise précédente (recours fictif).",
        )


def _suspended(story: Story) -> None:
    _granted(story)
    with story.later(1):
        awarding.suspend_urgently(
            award=story.award,
            by=story.decider,
            comment="Fuite de données signalée à l'autorité compétente (incident fictif).",
        )


def _announced(story: Story) -> None:
    _granted(story)
    with story.later(1):
        awarding.announce(
            award=story.award,
            measure="suspension",
            by=story.holder,
            reason="La page de statut n'est plus publiée (motif fictif).",
        )


def _inadmissible(story: Story) -> None:
    with story.later(2):
        deciding.reject(
            application=story.application,
            by=story.decider,
            comment="La solution est hors du champ du label (motif fictif).",
        )


def _withdrawn(story: Story) -> None:
    with story.later(2):
        applying.withdraw(
            application=story.application, by=story.owner, comment="Nous préférons attendre."
        )


STORIES: tuple[tuple[Callable[[Story], None], str], ...] = (
    (_asked, OWNER),
    (_reserved, OWNER),
    (_submitted, DEPOSITOR),
    (_begun, DEPOSITOR),
    (_with_expert, DEPOSITOR),
    (_proposed, DEPOSITOR),
    (_granted, DEPOSITOR),
    (_appealed, DEPOSITOR),
    (_suspended, DEPOSITOR),
    (_announced, DEPOSITOR),
    (_refused, DEPOSITOR),
    (_granted, DEPOSITOR),
    (_inadmissible, DEPOSITOR),
    (_withdrawn, DEPOSITOR),
    (_granted, DEPOSITOR),
    (_submitted, DEPOSITOR),
)
"""How each file went, and who applied; a small demo has fewer of them."""


@transaction.atomic
def load_label_files(seed: int, *, today: dt.date) -> int:
    """Lead the demo's label applications through the review, unless there are some; how many."""
    label = Label.objects.open_on(today).first()
    people = User.objects.in_bulk(
        [*_REVIEWERS, _EXPERT, _DECIDER, _THIRD, OWNER], field_name="email"
    )
    if label is None or len(people) < 6 or LabelApplication.objects.exists():
        return 0
    for who, capacity in ((_DECIDER, "Adjointe"), (_THIRD, "Responsable")):
        Delegation.objects.get_or_create(
            user=people[who],
            label=label,
            defaults={
                "capacity": f"{capacity} de la mission LABEL (fictive)",
                "act": "Arrêté de démonstration du 2 janvier 2026",
                "valid_from": today - dt.timedelta(days=300),
                "valid_to": today + dt.timedelta(days=300),
            },
        )
    people[DEPOSITOR] = _depositor()
    begun = max(label.valid_from, today - _SINCE)
    listings = _candidates(seed, label, begun)
    for rank, (listing, (tell, applicant)) in enumerate(zip(listings, STORIES, strict=False)):
        _attach(listing, people[applicant], begun)
        day = begun + dt.timedelta(days=rank % 3)
        with clock.on(day):
            application = _applied(listing, label, people[applicant])
        holder = people[_REVIEWERS[rank % 2]]
        tell(
            Story(
                application=application,
                owner=people[applicant],
                holder=holder,
                expert=people[_EXPERT],
                decider=people[_DECIDER],
                third=people[_THIRD],
                day=day,
            )
        )
    _absent(people[_REVIEWERS[1]], people[_REVIEWERS[0]], today)
    return min(len(listings), len(STORIES))


@transaction.atomic
def remove_label_files() -> None:
    """Take away every label file, its letters and the chain: only where all of them are fictitious.

    Raises `CommandError` when one is a real company's: what happened to it stays.
    """
    if LabelApplication.objects.filter(vendor__is_fictitious=False).exists():
        raise CommandError(
            "Des dossiers de label d'entreprises réelles existent : gardez la graine de la démonstration."
        )
    for letter in Letter.objects.all():
        letter.file.delete(save=False)
    LabelApplication.objects.update(renews=None)
    Award.objects.update(replaced_by=None, state=AwardState.EXPIRED, ended_on=timezone.localdate())
    # Past the managers that forbid it: nobody else ever does.
    for model in (LabelEvent, EventHead, Appeal, Reservation, Letter, Award, LabelApplication):
        QuerySet(model).delete()


def _candidates(seed: int, label: Label, on: dt.date) -> list[Listing]:
    """Public sheets whose self-assessment meets what blocks; that of the demo's own vendor is left."""
    results = Result.objects.filter(
        referential=label.referential, unmet=[], listing__vendor__is_fictitious=True
    ).exclude(listing__vendor__uid=vendor_uid(seed, 0))
    # Handed in later than the first files are deposited, it is taken as it stands all the same.
    rows = Listing.objects.public().filter(pk__in=results.values("listing")).order_by("pk")
    found = rows.select_related("vendor", "page").prefetch_related("page__offers")
    companies: dict[int | None, Listing] = {}
    for listing in found:
        if listing.page.offers.all():
            companies.setdefault(listing.vendor_id, listing)
    return list(companies.values())[: len(STORIES)]


def _depositor() -> User:
    user, new = User.objects.get_or_create(
        email=DEPOSITOR, defaults={"first_name": "Dépôts", "last_name": "de démonstration"}
    )
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _attach(listing: Listing, owner: User, on: dt.date) -> None:
    vendor = listing.vendor
    Membership.objects.get_or_create(user=owner, vendor=vendor, defaults={"role": Role.OWNER})
    Proof.objects.get_or_create(
        vendor=vendor,
        by=owner,
        kind=Proof.Kind.MANDATE,
        defaults={"state": Proof.State.ACCEPTED, "decided_at": timezone.now()},
    )
    Listing.objects.filter(pk=listing.pk).update(confirmed_on=on)
    listing.refresh_from_db()
    # Handed in before it is put forward: the questionnaire's own demo deals days by chance.
    morning = timezone.make_aware(dt.datetime.combine(on, dt.time(8)))
    Handover.objects.filter(assessment__listing=listing).update(handed_at=morning)
    if owner.email == OWNER:
        _open_answers(listing)


def _open_answers(listing: Listing) -> None:
    """Put what was handed in back on the questionnaire's pages: this company's are opened."""
    for handover in Handover.objects.filter(assessment__listing=listing):
        Answer.objects.bulk_create(
            (
                Answer(
                    assessment=handover.assessment,
                    criterion=criterion,
                    value=given["value"],
                    justification=given["justification"],
                )
                for criterion, given in handover.answers.items()
            ),
            ignore_conflicts=True,
        )


def _applied(listing: Listing, label: Label, owner: User) -> LabelApplication:
    application = applying.start(listing=listing, label=label, by=owner)
    first = label.levels.order_by("position").first()
    applying.save_draft(
        application=application,
        by=owner,
        level=first or application.level,
        offers=[offer.uid for offer in listing.page.offers.all()],
        motivation="Nous demandons le label pour nos offres publiques (exemple fictif).",
    )
    return applying.submit(application=application, by=owner, attested=True)


def _absent(who: User, replaced_by: User, today: dt.date) -> None:
    Absence.objects.get_or_create(
        user=who,
        first_day=today - dt.timedelta(days=1),
        last_day=today + dt.timedelta(days=12),
        defaults={"replaced_by": replaced_by},
    )
