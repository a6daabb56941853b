"""What a company does with its files: who may, what it writes, what time makes of it."""

import datetime as dt
import io

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader

from accounts.services import Refused
from catalogue.models import Role
from labelling import applying, events
from labelling.eligibility import Ineligible
from labelling.models import (
    ApplicationMessage,
    Consultation,
    LabelApplication,
    LabelEvent,
    Letter,
    Question,
)
from labelling.states import ApplicationState, AwardState
from tests.catalogue.factories import VendorFactory, make_offer
from tests.catalogue.people import member, moderator, person
from tests.labelling.factories import make_claim, make_evidence, make_result
from tests.labelling.labels import (
    labelled_sheet,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
A, W = ApplicationState, AwardState


@pytest.fixture
def label():
    return make_label()


@pytest.fixture
def listing(label):
    return labelled_sheet(label)


@pytest.fixture
def owner(listing):
    return owner_of(listing)


@pytest.fixture
def draft(listing, label, owner):
    draft = applying.start(listing=listing, label=label, by=owner)
    return applying.save_draft(
        application=draft,
        by=owner,
        level=label.levels.last(),
        offers=[offer.uid for offer in listing.page.offers.all()],
        motivation="Une présentation.",
    )


@pytest.fixture
def people(listing, owner, label):
    """Everybody who might try, by role."""
    return {
        "anonymous": AnonymousUser(),
        "other owner": member(VendorFactory()),
        "editor": member(listing.vendor, Role.EDITOR),
        "owner": owner,
        "buyer": person(agent=True),
        "moderator": moderator(),
        "reviewer": make_reviewer(),
        "expert": make_expert(),
        "decider": make_decider(label),
    }


def submit(application, by, attested=True):
    return applying.submit(application=application, by=by, attested=attested)


def waiting(listing, label, kind=Question.Kind.PRECISION, **columns):
    """A file whose company was asked something five days ago."""
    application = make_application(A.AWAITING_VENDOR, label=label, listing=listing, **columns)
    LabelApplication.objects.filter(pk=application.pk).update(
        asked_on=timezone.localdate() - dt.timedelta(days=5)
    )
    application.questions.update(kind=kind)
    return application


def words_of(letter):
    with letter.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


# Who may


class _Undo(Exception):
    """Takes back what was allowed."""


def those_who_may(people, attempt):
    """Roles that a service lets in; whatever they did is undone."""
    allowed = set()
    for role, user in people.items():
        try:
            with transaction.atomic():
                attempt(user)
                raise _Undo
        except PermissionDenied:
            continue
        except _Undo:
            allowed.add(role)
    return allowed


def test_owners_alone_start_write_deposit_and_withdraw(draft, listing, label, people):
    level = label.levels.first()
    attempts = (
        lambda by: applying.start(listing=listing, label=label, by=by),
        lambda by: applying.save_draft(
            application=draft, by=by, level=level, offers=[], motivation=""
        ),
        lambda by: submit(draft, by),
        lambda by: applying.withdraw(application=draft, by=by),
    )
    assert [those_who_may(people, one) for one in attempts] == [{"owner"}] * 4


def test_members_answer_and_neither_mission_label_nor_others(listing, label, people):
    application = waiting(listing, label)
    may = those_who_may(
        people, lambda by: applying.answer(application=application, by=by, text="Voici.")
    )
    assert may == {"owner", "editor"}


def test_members_reply_to_a_notice_and_say_what_they_did_of_a_reservation(listing, label, people):
    granted = make_application(A.GRANTED, label=label, listing=listing)
    notice = make_award(W.SUSPENSION_NOTICE, application=granted)
    reply = lambda by: applying.reply_to_notice(award=notice, by=by, text="Non.")  # noqa: E731
    assert those_who_may(people, reply) == {"owner", "editor"}

    other = labelled_sheet(label, listing.vendor)
    file = make_application(A.GRANTED_WITH_RESERVATIONS, label=label, listing=other)
    reservation = make_award(W.RESERVED, application=file).reservations.get()
    say = lambda by: applying.answer_reservation(  # noqa: E731
        reservation=reservation, by=by, text="Fait."
    )
    assert those_who_may(people, say) == {"owner", "editor"}


def test_members_and_those_who_read_the_whole_file_write_messages(listing, label, people):
    application = make_application(label=label, listing=listing)
    may = those_who_may(
        people, lambda by: applying.write_message(application=application, by=by, text="Bonjour.")
    )
    assert may == {"owner", "editor", "reviewer", "decider"}


def test_a_draft_is_its_companys_alone(draft, people):
    write = lambda by: applying.write_message(  # noqa: E731
        application=draft, by=by, text="Bonjour."
    )
    for role in ("reviewer", "decider", "moderator", "other owner"):
        with pytest.raises(PermissionDenied):
            write(people[role])
    with pytest.raises(Refused, match="Déposez d'abord"):
        write(people["owner"])


# Starting and writing


def test_starting_twice_gives_the_same_draft(draft, listing, label, owner):
    assert applying.start(listing=listing, label=label, by=owner) == draft
    assert LabelApplication.objects.count() == 1


def test_a_draft_is_begun_before_everything_is_met(listing, label, owner):
    listing.results.all().delete()
    assert applying.start(listing=listing, label=label, by=owner).state == A.DRAFT


def test_nobody_starts_while_the_label_is_closed_or_asked_for(listing, label, owner):
    label.valid_from = timezone.localdate() + dt.timedelta(days=3)
    label.save()
    with pytest.raises(Ineligible, match="préparez"):
        applying.start(listing=listing, label=label, by=owner)
    label.valid_from = dt.date(2026, 1, 1)
    label.save()
    make_application(label=label, listing=listing)
    with pytest.raises(Ineligible, match="déjà en cours"):
        applying.start(listing=listing, label=label, by=owner)


def test_the_draft_of_the_company_before_is_closed_unread(draft, listing, label):
    listing.vendor = VendorFactory()
    listing.save()
    own = applying.start(listing=listing, label=label, by=owner_of(listing))
    assert (own.motivation, own.offers) == ("", [])
    draft.refresh_from_db()
    assert draft.state == A.WITHDRAWN
    closed = draft.events.last()
    assert (closed.actor_id, closed.actor_role) == (None, "consequence")


def test_what_is_typed_of_a_draft_is_kept_without_doubles(draft, listing, owner, label):
    offer = listing.page.offers.get()
    saved = applying.save_draft(
        application=draft,
        by=owner,
        level=label.levels.first(),
        offers=[offer.uid, offer.uid],
        motivation=" Un\r\ntexte ",
    )
    assert (saved.offers, saved.motivation) == ([str(offer.uid)], "Un\ntexte")


def test_a_draft_takes_only_what_is_to_choose(draft, owner, label):
    elsewhere = make_offer(labelled_sheet(label).page)
    other = make_label(level_of(label)).levels.first()
    right = {"level": label.levels.first(), "offers": [], "motivation": ""}
    for wrong, said in (
        ({"level": other}, "niveau"),
        ({"offers": [elsewhere.uid]}, "n'est plus sur la fiche"),
        ({"motivation": "x" * 4001}, "4001 caractères"),
    ):
        with pytest.raises(Refused, match=said):
            applying.save_draft(application=draft, by=owner, **{**right, **wrong})


def level_of(label):
    return label.referential.versions.get()


def test_what_is_deposited_is_edited_no_more(draft, owner, label):
    submit(draft, owner)
    with pytest.raises(Refused, match="ne se modifie plus"):
        applying.save_draft(
            application=draft, by=owner, level=label.levels.first(), offers=[], motivation=""
        )


# Depositing


def test_time_runs_from_the_deposit_by_the_rules_of_that_day(draft, owner, label):
    deposited = submit(draft, owner)

    today = timezone.localdate()
    assert deposited.state == A.SUBMITTED
    assert deposited.number.startswith(f"D-{today.year}-")
    assert deposited.due_on == today + dt.timedelta(days=60)
    assert deposited.silence_on > today + dt.timedelta(days=55)
    label.review_days = 5
    label.save()
    deposited = LabelApplication.objects.get()
    assert deposited.terms.review_days == 60
    assert deposited.snapshot["criteria"].keys() == {"SE-01", "DO-01"}
    event = LabelEvent.objects.get(name="submit")
    assert event.data["snapshot"] == deposited.snapshot
    assert event.data["attested"] is True
    assert events.verify() == []


def test_the_receipt_says_dates_service_silence_and_remedies(draft, owner, settings, outbox):
    settings.CONTACT_EMAIL = "label@mission.example"
    mails = outbox(submit, draft, owner)

    deposited = LabelApplication.objects.get()
    letter = Letter.objects.get()
    said = words_of(letter)
    assert letter.kind == Letter.Kind.RECEIPT
    for part in (
        deposited.number,
        "Mission LABEL, 1 rue Fictive, 75000 Paris",
        "label@mission.example",
        "sera réputée rejetée",
        "CRPA, article L231-4",
        "ce délai interne",
        "tribunal administratif",
        "Offre visée : En ligne.",
    ):
        assert part in said, part
    assert mails.keys() == {owner.email, "label@mission.example"}


def test_everything_that_lacks_is_said_and_nothing_is_written(draft, owner, listing):
    listing.results.all().delete()
    listing.page.offers.all().delete()
    with pytest.raises(Ineligible) as refusal:
        submit(draft, owner)
    assert {one.code for one in refusal.value.obstacles} == {"unanswered", "offers", "choice"}
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (A.DRAFT, None)
    assert not Letter.objects.exists()


def test_accuracy_has_to_be_attested(draft, owner):
    with pytest.raises(Refused, match="Attestez"):
        submit(draft, owner, attested=False)


def test_the_second_of_two_deposits_is_told(draft, owner):
    submit(draft, owner)
    with pytest.raises(Refused, match="Ce n'est plus possible"):
        submit(draft, owner)
    assert Letter.objects.count() == 1


# Renewing


def test_a_renewal_is_filled_with_what_the_file_said(listing, label, owner):
    gone = make_offer(listing.page, "Disparue")
    granted = make_application(A.GRANTED, label=label, listing=listing, motivation="Avant.")
    kept = listing.page.offers.exclude(pk=gone.pk).get()
    soon = timezone.localdate() + dt.timedelta(days=90)
    award = make_award(application=granted, valid_to=soon, level=label.levels.last())
    gone.delete()

    with pytest.raises(Ineligible, match="renouvellement"):
        applying.start(listing=listing, label=label, by=owner)
    renewal = applying.start(listing=listing, label=label, by=owner, renews=award)

    assert (renewal.renews, renewal.level) == (award, award.level)
    assert (renewal.offers, renewal.motivation) == ([str(kept.uid)], "Avant.")
    assert submit(renewal, owner).state == A.SUBMITTED


def test_an_award_is_renewed_neither_too_early_nor_once_it_is_over(listing, label, owner):
    granted = make_application(A.GRANTED, label=label, listing=listing)
    award = make_award(application=granted)
    with pytest.raises(Ineligible, match="à partir du"):
        applying.start(listing=listing, label=label, by=owner, renews=award)
    type(award).objects.update(state=str(W.EXPIRED), ended_on=timezone.localdate())
    with pytest.raises(Refused, match="ne se renouvelle pas"):
        applying.start(listing=listing, label=label, by=owner, renews=award)


# Withdrawing


@pytest.mark.parametrize("state", [A.SUBMITTED, A.AWAITING_VENDOR, A.PROPOSED])
def test_an_open_file_is_given_up_and_its_holder_told(listing, label, owner, outbox, state):
    reviewer = make_reviewer()
    file = make_application(state, label=label, listing=listing, holder=reviewer)
    mails = outbox(applying.withdraw, application=file, by=owner, comment="Nous renonçons.")
    file.refresh_from_db()
    assert (file.state, file.answer_due_on) == (A.WITHDRAWN, None)
    assert mails.keys() == {reviewer.email}


def test_an_expert_is_asked_no_more_once_the_file_is_given_up(listing, label, owner):
    file = make_application(A.EXPERT_CONSULTED, label=label, listing=listing)
    Consultation.objects.create(
        application=file, theme="securite", question="?", due_on=timezone.localdate()
    )
    applying.withdraw(application=file, by=owner)
    assert Consultation.objects.get().closed_at is not None


def test_a_draft_is_given_up_and_another_begun(draft, listing, label, owner, outbox):
    assert outbox(applying.withdraw, application=draft, by=owner) == {}
    assert applying.start(listing=listing, label=label, by=owner) != draft


# Answering


@pytest.mark.parametrize(
    ("kind", "silence_waits"), [(Question.Kind.PRECISION, 0), (Question.Kind.MISSING, 5)]
)
def test_only_a_missing_piece_moves_the_legal_date(listing, label, owner, kind, silence_waits):
    application = waiting(listing, label, kind)
    answered = applying.answer(application=application, by=owner, text="Voici.")
    assert answered.state == A.UNDER_REVIEW
    assert answered.due_on == application.due_on + dt.timedelta(days=5)
    assert answered.silence_on == application.silence_on + dt.timedelta(days=silence_waits)
    assert (answered.asked_on, answered.answer_due_on) == (None, None)


def test_an_answer_begins_a_round_on_what_is_handed_in_by_then(listing, label, owner, outbox):
    reviewer = make_reviewer()
    application = waiting(listing, label, holder=reviewer)
    before = LabelApplication.objects.get(pk=application.pk)
    before.snapshot = applying.snapshot(before)
    before.save()
    version = listing.results.get().handover.assessment.version
    newer = make_result(
        listing, version, {"SE-01": "oui", "DO-01": "partiel"}, justifications={"SE-01": "Vu."}
    )
    make_evidence(make_claim(newer, "SE-01"), "Rapport de mars")

    mails = outbox(applying.answer, application=application, by=owner, text="Voir le rapport.")

    answered = LabelApplication.objects.get()
    assert (answered.round, answered.handover) == (2, newer.handover)
    event = LabelEvent.objects.get(name="answer")
    assert "SE-01 : pièce ajoutée, « Rapport de mars »." in event.data["changes"]
    assert event.data["snapshot"] == answered.snapshot
    question = application.questions.get()
    assert (question.answer, question.answered_by) == ("Voir le rapport.", owner)
    assert mails.keys() == {reviewer.email}


def test_an_answer_that_is_empty_too_long_or_too_late_is_refused(listing, label, owner):
    application = waiting(listing, label)
    for text, said in ((" ", "écrivez quelques mots"), ("x" * 4001, "pas plus de 4000")):
        with pytest.raises(Refused, match=said):
            applying.answer(application=application, by=owner, text=text)
    applying.answer(application=application, by=owner, text="Voici.")
    with pytest.raises(Refused, match="Ce n'est plus possible"):
        applying.answer(application=application, by=owner, text="Voici.")


def test_the_company_that_gave_the_sheet_away_answers_no_more(listing, label, owner):
    application = waiting(listing, label)
    listing.vendor = VendorFactory()
    listing.save()
    with pytest.raises(Refused, match="changé d'entreprise"):
        applying.answer(application=application, by=owner, text="Voici.")
    assert applying.withdraw(application=application, by=owner).state == A.WITHDRAWN


# Writing


def test_each_side_is_told_of_what_the_other_writes(listing, label, owner, settings, outbox):
    settings.CONTACT_EMAIL = "label@mission.example"
    application = make_application(label=label, listing=listing)
    mails = outbox(applying.write_message, application=application, by=owner, text="Bonjour.")
    assert mails.keys() == {"label@mission.example"}

    reviewer = make_reviewer()
    mails = outbox(applying.write_message, application=application, by=reviewer, text="Oui.")
    assert mails.keys() == {owner.email}
    assert [one.from_staff for one in ApplicationMessage.objects.all()] == [False, True]
    assert LabelEvent.objects.filter(name="message").count() == 2


def test_too_many_messages_in_a_day_are_refused(listing, label, owner, monkeypatch):
    monkeypatch.setattr(applying, "MESSAGES_PER_DAY", 1)
    application = make_application(label=label, listing=listing)
    applying.write_message(application=application, by=owner, text="Un.")
    with pytest.raises(Refused, match="Trop de demandes"):
        applying.write_message(application=application, by=owner, text="Deux.")


def test_a_notice_is_replied_to_once_and_while_it_stands(listing, label, owner):
    granted = make_application(A.GRANTED, label=label, listing=listing)
    award = make_award(W.ABROGATION_NOTICE, application=granted)
    replied = applying.reply_to_notice(award=award, by=owner, text="L'hébergeur est le même.")
    assert replied.notice_reply == "L'hébergeur est le même."
    assert LabelEvent.objects.get().subject_uid == award.uid
    with pytest.raises(Refused, match="enregistrée"):
        applying.reply_to_notice(award=award, by=owner, text="Encore.")
    type(award).objects.update(state=str(W.ACTIVE))
    with pytest.raises(Refused, match="Aucune mesure"):
        applying.reply_to_notice(award=award, by=owner, text="Encore.")


def test_what_was_done_of_a_reservation_is_said_until_it_is_lifted(listing, label, owner):
    granted = make_application(A.GRANTED_WITH_RESERVATIONS, label=label, listing=listing)
    reservation = make_award(W.RESERVED, application=granted).reservations.get()
    for text in ("En cours.", "Publié."):
        applying.answer_reservation(reservation=reservation, by=owner, text=text)
    reservation.refresh_from_db()
    assert (reservation.answer, reservation.answered_by) == ("Publié.", owner)
    reservation.lifted_at, reservation.comment = timezone.now(), "Vu."
    reservation.save()
    with pytest.raises(Refused, match="déjà levée"):
        applying.answer_reservation(reservation=reservation, by=owner, text="Publié.")
