"""Deciding on an application: two people, one decision, a letter that holds."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.services import Refused
from catalogue import transfers
from home.services import REVIEWERS
from labelling import deciding, judged
from labelling.models import (
    Award,
    ConflictOfInterest,
    CriterionReview,
    LabelApplication,
    LabelEvent,
    Letter,
)
from labelling.states import ApplicationState, AwardState
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, person
from tests.catalogue.test_company_races import together
from tests.labelling.labels import (
    delegate,
    labelled_sheet,
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
GRANTED, REFUSED = ApplicationState.GRANTED, ApplicationState.REFUSED
RESERVED = ApplicationState.GRANTED_WITH_RESERVATIONS


def proposed(outcome=GRANTED, **columns):
    """A file that a reviewer proposed to decide, as they left it."""
    reviewer = make_reviewer()
    given = {"holder": reviewer, "proposed_by": reviewer, "proposed_outcome": str(outcome)}
    if outcome == RESERVED:
        due_on = timezone.localdate() + dt.timedelta(days=90)
        given["proposed_reservations"] = [{"text": "Publier le test.", "due_on": str(due_on)}]
    return make_application(ApplicationState.PROPOSED, **{**given, **columns})


def pdf_of(application):
    return application.letters.get()


def test_a_label_is_granted_as_proposed_with_its_award_and_its_letter(outbox):
    application = proposed()
    owner, decider = owner_of(application.listing), make_decider(application.label)

    sent = outbox(deciding.decide, application=application, by=decider, decision="")

    fresh = LabelApplication.objects.get()
    assert (fresh.state, fresh.decided_by, fresh.decision) == (GRANTED, decider, "Conforme.")
    award = fresh.award
    assert (award.state, award.vendor, award.level) == ("active", fresh.vendor, fresh.level)
    assert award.offers == [{"uid": fresh.offers[0], "name": fresh.listing.page.offers.get().name}]
    assert award.facts == judged.watched(fresh.listing, fresh.offers)
    assert award.is_in_force(timezone.localdate())
    assert pdf_of(fresh).kind == Letter.Kind.GRANTED
    assert fresh.letters.get().title in sent[owner.email].body
    told = LabelEvent.objects.filter(subject="award").get()
    assert (told.name, told.data["number"]) == ("award", award.number)
    assert LabelEvent.objects.get(name="grant").data["proposed_by"] == application.proposed_by_id


def test_reservations_of_the_proposal_are_those_of_the_award(monkeypatch):
    application = proposed(RESERVED)
    CriterionReview.objects.create(
        application=application, round=1, criterion="SE-01", verdict="non-conforme",
        comment="Le test de restauration n'est pas daté.",
    )  # fmt: skip
    made = {}
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: made.update(a=data) or b"")
    deciding.decide(
        application=application, by=make_decider(application.label), decision="Une réserve."
    )
    award = Award.objects.get()
    assert award.state == AwardState.RESERVED
    assert award.reservations.get().text == "Publier le test."
    letter = made["a"]
    assert [one.text for one in letter.reservations] == ["Publier le test."]
    assert [one.comment for one in letter.reasons] == ["Le test de restauration n'est pas daté."]
    assert "Une réserve." in letter.body
    assert letter.remedies
    assert letter.signatory.delegation == "Arrêté fictif du 2 janvier 2026"


def test_a_refusal_is_motivated_and_says_how_to_appeal(monkeypatch):
    application = proposed(REFUSED)
    decider, made = make_decider(application.label), {}
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: made.update(a=data) or b"")
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        deciding.decide(application=application, by=decider, decision=" ")
    deciding.decide(application=application, by=decider, decision="Rien n'est sauvegardé.")
    assert LabelApplication.objects.get().state == REFUSED
    assert not Award.objects.exists()
    assert made["a"].remedies
    for part in ("Rien n'est sauvegardé.", "L. 211-2", "CRPA, article L231-4"):
        assert part in made["a"].body


def test_who_proposed_instructs_or_has_a_conflict_never_decides():
    application = proposed()
    label = application.label
    proposer = application.proposed_by
    delegate(proposer, label)
    proposer.is_superuser = True
    proposer.save()
    holder = make_decider(label, REVIEWERS)
    conflicted = make_decider(label)
    ConflictOfInterest.objects.create(user=conflicted, vendor=application.vendor)
    administrator = person()
    administrator.is_superuser = True
    administrator.save()
    for user in (proposer, conflicted, administrator, make_decider(), make_reviewer()):
        with pytest.raises(PermissionDenied, match=r"Une autre personne décide|ce droit"):
            deciding.decide(application=application, by=user, decision="Oui.")
    # Whoever takes the file over is not the one who proposed, and decides no more than them.
    LabelApplication.objects.update(holder=holder)
    for user in (holder, proposer):
        with pytest.raises(PermissionDenied):
            deciding.decide(application=application, by=user, decision="Oui.")
    assert LabelApplication.objects.get().state == ApplicationState.PROPOSED
    assert not LabelEvent.objects.exists()


def test_what_was_proposed_since_the_page_was_read_is_not_decided_on():
    application = proposed()
    decider, seen = make_decider(application.label), application.proposed_at
    LabelApplication.objects.update(
        proposed_at=timezone.now() + dt.timedelta(minutes=1), proposed_outcome=str(REFUSED)
    )
    for act in (
        lambda: deciding.decide(application=application, by=decider, decision="Oui.", seen=seen),
        lambda: deciding.send_back(application=application, by=decider, comment="Non", seen=seen),
    ):
        with pytest.raises(Refused, match="La proposition a changé"):
            act()
    assert LabelApplication.objects.get().state == ApplicationState.PROPOSED


def test_a_proposal_is_sent_back_to_who_instructs(outbox):
    application = proposed()
    sent = outbox(
        deciding.send_back,
        application=application,
        by=make_decider(application.label),
        comment="La preuve est échue.",
    )
    fresh = LabelApplication.objects.get()
    assert (fresh.state, fresh.proposed_by, fresh.proposal) == ("under_review", None, "Conforme.")
    assert application.number in sent[application.holder.email].subject + sent[
        application.holder.email
    ].body  # fmt: skip
    assert "échue" not in mail.outbox[0].body
    assert LabelEvent.objects.get(name="send_back").data["proposal"] == "Conforme."
    assert not Letter.objects.exists()


def test_an_application_is_inadmissible_for_a_written_motive():
    application = make_application(holder=make_reviewer())
    decider = make_decider(application.label)
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        deciding.reject(application=application, by=decider, comment="")
    with pytest.raises(PermissionDenied):
        deciding.reject(application=application, by=application.holder, comment="Hors champ.")
    fresh = deciding.reject(application=application, by=decider, comment="Hors champ.")
    assert (fresh.state, fresh.decision) == ("inadmissible", "Hors champ.")
    assert fresh.letters.get().kind == Letter.Kind.INADMISSIBLE


def test_nothing_is_granted_on_what_was_not_judged():
    application = proposed()
    listing, decider = application.listing, make_decider(application.label)
    kept = {"watched": judged.watched(listing, application.offers), "offers": []}
    LabelApplication.objects.update(snapshot=kept)
    offer = listing.page.offers.get()
    offer.host = "Ailleurs"
    offer.save()
    with pytest.raises(Refused, match=r"plus celle qui a été jugée.*Ailleurs"):
        deciding.decide(application=application, by=decider, decision="Oui.")
    LabelApplication.objects.update(snapshot={})
    listing.vendor = VendorFactory()
    listing.save()
    with pytest.raises(Refused, match="une autre entreprise la tient"):
        deciding.decide(application=application, by=decider, decision="Oui.")
    assert LabelApplication.objects.get().state == ApplicationState.PROPOSED
    assert not Award.objects.exists()


def test_a_reservation_whose_day_is_over_is_not_granted():
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    application = proposed(
        RESERVED, proposed_reservations=[{"text": "Trop tard", "due_on": str(yesterday)}]
    )
    with pytest.raises(Refused, match="son échéance est passée"):
        deciding.decide(
            application=application, by=make_decider(application.label), decision="Oui."
        )


@pytest.mark.parametrize("state", [AwardState.ACTIVE, AwardState.SUSPENDED])
def test_a_renewal_replaces_the_award_that_lives(state):
    label = make_label()
    listing = labelled_sheet(label)
    older = make_award(state, application=make_application(GRANTED, label=label, listing=listing))
    application = proposed(label=label, listing=listing, renews=older)
    deciding.decide(application=application, by=make_decider(label), decision="")
    older.refresh_from_db()
    newer = LabelApplication.objects.get(pk=application.pk).award
    assert (older.state, older.replaced_by) == (AwardState.SUPERSEDED, newer)
    assert (newer.state, newer.ended_on) == (AwardState.ACTIVE, None)
    assert newer.status_index != older.status_index


def test_the_letter_is_read_before_it_is_sent():
    application = proposed(REFUSED)
    decider = make_decider(application.label)
    pdf = deciding.preview(application=application, by=decider, decision="Rien n'est prêt.")
    assert pdf.startswith(b"%PDF")
    assert not Letter.objects.exists()
    assert not LabelEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_deciders_click_at_once_and_one_of_them_decides(site):
    application = proposed()
    deciders = [make_decider(application.label) for _one in range(2)]
    rows = [LabelApplication.objects.get() for _one in deciders]
    answers = together(
        [
            lambda row=row, by=by: deciding.decide(application=row, by=by, decision="Oui.")
            for row, by in zip(rows, deciders, strict=True)
        ]
    )
    late = [one for one in answers if isinstance(one, Refused)]
    assert len(late) == 1, connection.vendor
    assert "Label attribué" in str(late[0])
    assert Award.objects.count() == Letter.objects.count() == 1
    assert LabelEvent.objects.filter(name="grant").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_return_at_once_end_one_way(site):
    application = proposed()
    one, other = make_decider(application.label), make_decider(application.label)
    answers = together(
        [
            lambda: deciding.decide(application=application, by=one, decision="Oui."),
            lambda: deciding.send_back(application=application, by=other, comment="Non."),
        ]
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    granted = LabelApplication.objects.get().state == GRANTED
    assert Award.objects.exists() == granted


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_transfer_of_its_sheet_at_once_see_one_another(site):
    application = proposed()
    listing = application.listing
    target = VendorFactory(siren="732829320")
    attach(listing.vendor)
    attach(target)
    transfer = transfers.propose(listing=listing, by=owner_of(listing), to=target.siren)
    decider, taker = make_decider(application.label), member(target)
    decided, moved = together(
        [
            lambda: deciding.decide(application=application, by=decider, decision="Oui."),
            lambda: transfers.accept(transfer=transfer, by=taker),
        ]
    )
    assert moved.vendor == target
    if isinstance(decided, Refused):
        assert not Award.objects.exists()
    else:
        assert Award.objects.get().state == AwardState.UNDER_REEXAMINATION
