"""Appeals: what may be contested and until when, a third person who decides, what is put right."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue.presentation import french_date
from home.services import REVIEWERS
from labelling import appealing, awarding, deciding, events, letter_words, registry
from labelling.deadlines import add_months
from labelling.lapsing import what_time_did
from labelling.models import Appeal, Award, LabelApplication, LabelEvent, Letter, Reservation
from labelling.states import AppealState, ApplicationState, AwardState
from tests.catalogue.people import member
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
DAY = dt.timedelta(days=1)
REFUSED = ApplicationState.REFUSED


def refused(**columns):
    """A refusal that two people made."""
    application = make_application(
        REFUSED, proposed_by=make_reviewer(), decided_by=make_decider(), **columns
    )
    return application, owner_of(application.listing)


def letter_of(application, kind, days_ago, **columns):
    made_at = timezone.now() - dt.timedelta(days=days_ago)
    return Letter.objects.create(
        application=application, kind=kind, title="Refus", sha256="0" * 64,
        **{"made_at": made_at, "opened_at": made_at, **columns},
    )  # fmt: skip


def opened(application, by, **given):
    return appealing.open_appeal(
        application=application, by=by, **{"against": "refused", "text": "La pièce y est.", **given}
    )


def test_a_company_appeals_and_who_may_decide_is_told(outbox):
    application, owner = refused()
    third = make_decider(application.label)
    [option] = appealing.appealable(application)
    assert (option.against, option.until, option.is_late) == ("refused", None, False)
    sent = outbox(opened, application, owner)
    appeal = Appeal.objects.get()
    assert (appeal.first_judge, appeal.second_judge) == (
        application.proposed_by, application.decided_by,
    )  # fmt: skip
    assert application.number in sent[third.email].subject + sent[third.email].body
    assert owner.email in sent
    assert application.letters.get().kind == Letter.Kind.RECEIPT
    assert appealing.appealable(application) == []
    with pytest.raises(Refused, match="plus, de décision à contester"):
        opened(application, owner)
    assert LabelEvent.objects.get(subject="appeal").name == "open"


@pytest.mark.parametrize(
    ("days_ago", "opened_at", "is_late", "notified"),
    [
        (10, ..., False, True),
        (90, ..., True, True),
        (5, None, False, False),
        (90, None, True, True),
    ],
)
def test_the_last_day_runs_from_the_letter(days_ago, opened_at, is_late, notified):
    application, owner = refused()
    make_decider(application.label)
    columns = {} if opened_at is ... else {"opened_at": opened_at}
    letter_of(application, Letter.Kind.REFUSED, days_ago, **columns)
    [option] = appealing.appealable(application)
    assert (option.is_late, option.until is not None) == (is_late, notified)
    assert opened(application, owner).is_late is is_late


def test_one_refusal_is_appealed_against_once():
    application, owner = refused()
    third = make_decider(application.label)
    letter_of(application, Letter.Kind.REFUSED, 3)
    appeal = opened(application, owner)
    appealing.decide(appeal=appeal, outcome="dismiss", by=third, decision="Non.")
    assert appealing.appealable(application) == []


def test_what_is_not_against_the_company_is_not_contested():
    for application in (make_application(), make_application(ApplicationState.GRANTED)):
        assert appealing.appealable(application) == []
    assert appealing.appealable(make_award().application) == []
    for state, against in (
        (AwardState.RESERVED, "reservations"),
        (AwardState.SUSPENDED, "suspension"),
        (AwardState.ABROGATED, "abrogation"),
        (AwardState.WITHDRAWN, "withdrawal"),
    ):
        [option] = appealing.appealable(make_award(state).application)
        assert option.against == against


def test_only_an_owner_appeals():
    application, _owner = refused()
    for user in (member(application.vendor, "editor"), make_decider(application.label)):
        with pytest.raises(PermissionDenied):
            opened(application, user)
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        opened(application, owner_of(application.listing), text=" ")


def test_an_appeal_that_nobody_could_decide_is_not_opened_and_its_day_is_kept(outbox):
    application, owner = refused()
    LabelApplication.objects.update(
        holder=make_decider(application.label), held_since=timezone.now()
    )

    def refuse():
        with pytest.raises(Refused, match="Personne ne peut décider"):
            opened(application, owner)

    sent = outbox(refuse)
    assert application.number in sent[settings.CONTACT_EMAIL].body + (
        sent[settings.CONTACT_EMAIL].subject
    )  # fmt: skip
    assert not Appeal.objects.exists()
    kept = LabelEvent.objects.get()
    assert (kept.name, kept.comment) == ("appeal_unstaffed", "La pièce y est.")


def test_who_took_part_in_the_decision_never_decides_on_the_appeal():
    label_people = make_reviewer(), make_decider()
    application = make_application(REFUSED, proposed_by=label_people[0], decided_by=label_people[1])
    label = application.label
    holder = make_decider(label, REVIEWERS)
    both = make_decider(label), make_decider(label)
    appeal = make_appeal(application, first_judge=both[0], second_judge=both[1])
    LabelApplication.objects.update(holder=holder, held_since=timezone.now())
    for user in (*both, holder, make_decider(), make_reviewer()):
        user.is_superuser = True
        user.save()
        for outcome in ("allow", "dismiss"):
            with pytest.raises(PermissionDenied, match="Une autre personne"):
                appealing.decide(appeal=appeal, outcome=outcome, by=user, decision="Oui.")
    assert Appeal.objects.get().state == AppealState.OPENED


def test_an_allowed_appeal_takes_the_application_up_again():
    application, _owner = refused(silence_on=timezone.localdate() - 9 * DAY)
    third = make_decider(application.label)
    appeal = make_appeal(application)
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        appealing.decide(appeal=appeal, outcome="allow", by=third, decision="")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="La pièce y était.")
    fresh = LabelApplication.objects.get()
    assert (fresh.state, fresh.decided_by, fresh.closed_at) == ("under_review", None, None)
    assert fresh.silence_on > timezone.localdate()
    letter = fresh.letters.get()
    assert letter.kind == Letter.Kind.APPEAL
    another = make_decider(application.label)
    with pytest.raises(Refused, match="Accueilli"):
        appealing.decide(appeal=appeal, outcome="dismiss", by=another, decision="Non.")


def test_an_application_begun_since_is_taken_back_before_the_first_goes_on():
    application, _owner = refused()
    make_application(ApplicationState.DRAFT, label=application.label, listing=application.listing)
    appeal = make_appeal(application)
    with pytest.raises(Refused, match="a commencé une autre demande"):
        appealing.decide(
            appeal=appeal, outcome="allow", by=make_decider(application.label), decision="Oui."
        )
    assert Appeal.objects.get().state == AppealState.OPENED


def test_a_late_appeal_is_declared_so_and_one_in_time_never():
    application, _owner = refused()
    third, appeal = make_decider(application.label), make_appeal(application)
    with pytest.raises(Refused, match="formé à temps"):
        appealing.decide(appeal=appeal, outcome="declare_late", by=third, decision="Tard.")
    Appeal.objects.update(is_late=True)
    done = appealing.decide(appeal=appeal, outcome="declare_late", by=third, decision="Tard.")
    assert done.state == AppealState.INADMISSIBLE
    assert LabelApplication.objects.get().state == REFUSED


@pytest.mark.parametrize(
    ("state", "against"),
    [
        (AwardState.RESERVED, "reservations"),
        (AwardState.SUSPENDED, "suspension"),
        (AwardState.ABROGATED, "abrogation"),
        (AwardState.WITHDRAWN, "withdrawal"),
    ],
)
def test_an_allowed_appeal_restores_the_award(state, against):
    award = make_award(state)
    owner, third = owner_of(award.listing), make_decider(award.label)
    appeal = opened(award.application, owner, against=against)
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="À tort.")
    fresh = Award.objects.get()
    assert (fresh.state, fresh.reason, fresh.ended_on) == (AwardState.ACTIVE, "", None)
    assert not fresh.reservations.filter(lifted_at=None).exists()
    assert fresh.is_in_force(timezone.localdate())


def test_an_appeal_allowed_during_a_later_notice_lifts_what_was_contested():
    award = make_award(AwardState.SUSPENDED)
    third = make_decider(award.label)
    appeal = opened(award.application, owner_of(award.listing), against="suspension")
    awarding.announce(award=award, measure="abrogation", by=make_reviewer(), reason="Encore.")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="À tort.")
    fresh = Award.objects.get()
    assert (fresh.state, fresh.before) == ("abrogation_notice", "active")
    assert fresh.is_in_force(timezone.localdate())


def test_judges_of_a_measure_are_those_of_its_events_whatever_came_after():
    award = make_award()
    reviewer, decider = make_reviewer(), make_decider(award.label)
    awarding.announce(award=award, measure="suspension", by=reviewer, reason="Doute.")
    Award.objects.update(notice_reply="Non.")
    awarding.suspend(award=award, by=decider, comment="Oui.")
    awarding.announce(award=award, measure="abrogation", by=make_reviewer(), reason="Encore.")
    awarding.drop(award=award, by=make_decider(award.label), comment="Attendons.")
    third = make_decider(award.label)
    appeal = opened(award.application, owner_of(award.listing), against="suspension")
    assert (appeal.first_judge, appeal.second_judge) == (reviewer, decider)
    with pytest.raises(PermissionDenied):
        appealing.decide(appeal=appeal, outcome="allow", by=decider, decision="Oui.")
    appealing.decide(appeal=appeal, outcome="dismiss", by=third, decision="Non.")
    assert Award.objects.get().state == AwardState.SUSPENDED


def test_an_inadmissible_application_is_taken_up_after_an_appeal():
    application = make_application()
    decider = make_decider(application.label)
    deciding.reject(application=application, by=decider, comment="Hors champ.")
    third = make_decider(application.label)
    appeal = opened(application, owner_of(application.listing), against="inadmissible")
    with pytest.raises(PermissionDenied):
        appealing.decide(appeal=appeal, outcome="allow", by=decider, decision="Oui.")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="Dans le champ.")
    assert LabelApplication.objects.get().state == "under_review"


RESTORES = {
    "reservations": {AwardState.RESERVED},
    "suspension": {AwardState.SUSPENDED},
    "abrogation": {AwardState.ABROGATED},
    "withdrawal": {AwardState.WITHDRAWN},
}


@pytest.mark.parametrize("state", list(AwardState))
def test_an_appeal_is_allowed_whatever_became_of_the_award_since(state, monkeypatch):
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: b"")
    for against, restored in RESTORES.items():
        award = make_award(state)
        appeal = make_appeal(award.application, award=award, against=against)
        third = make_decider(award.label)
        appealing.decide(appeal=appeal, outcome="allow", by=third, decision="Fondé.")
        fresh = Award.objects.get(pk=award.pk)
        wanted = (AwardState.ACTIVE, "") if state in restored else (state, award.reason)
        assert (fresh.state, fresh.reason) == wanted, against


def test_an_abrogation_decided_since_stands_after_an_appeal_against_the_suspension(monkeypatch):
    read = []
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: read.append(data) or b"")
    award = make_award(AwardState.SUSPENDED)
    third = make_decider(award.label)
    appeal = opened(award.application, owner_of(award.listing), against="suspension")
    awarding.announce(award=award, measure="abrogation", by=make_reviewer(), reason="Encore.")
    Award.objects.update(notice_reply="Non.")
    awarding.abrogate(award=award, by=make_decider(award.label), comment="Fini.")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="À tort.")
    fresh = Award.objects.get()
    assert (fresh.state, fresh.reason) == ("abrogated", "Fini.")
    assert "une autre décision" in read[-1].body


def test_reservations_that_are_contested_suspend_nothing_and_nothing_stays_of_their_suspension(
    monkeypatch,
):
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: b"")
    award, today = make_award(AwardState.RESERVED), timezone.localdate()
    third = make_decider(award.label)
    Reservation.objects.update(due_on=today - DAY)
    appeal = make_appeal(award.application, award=award, against="reservations")
    assert what_time_did(today=today).missed == 0
    Appeal.objects.update(state="rejected", decided_at=timezone.now(), decision="Non.")
    assert what_time_did(today=today).missed == 1
    assert Award.objects.get().state == AwardState.SUSPENDED
    Appeal.objects.update(state="opened", decided_at=None, decision="")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="À tort.")
    fresh = Award.objects.get()
    assert (fresh.state, fresh.reason) == (AwardState.ACTIVE, "")


def test_an_appeal_allowed_once_the_award_is_over_says_so(monkeypatch):
    read = []
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: read.append(data) or b"")
    over = timezone.localdate() - DAY
    award = make_award(AwardState.ABROGATED, valid_to=over)
    appeal = make_appeal(award.application, award=award, against="abrogation")
    third = make_decider(award.label)
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="Fondé.")
    assert "a expiré entre-temps" in read[-1].body


def test_a_first_try_in_time_that_nobody_could_decide_makes_the_next_one_timely(monkeypatch):
    application, owner = refused()
    letter_of(application, Letter.Kind.REFUSED, 70)
    now, tried = timezone.now(), timezone.now() - 12 * DAY
    with monkeypatch.context() as past:
        past.setattr(timezone, "now", lambda: tried)
        with pytest.raises(Refused, match="sa date sont gardés"):
            opened(application, owner)
    make_decider(application.label)
    read = []
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: read.append(data) or b"")
    [option] = appealing.appealable(application)
    assert option.until < timezone.localdate(now)
    assert not option.is_late
    appeal = opened(application, owner)
    assert (appeal.is_late, timezone.localdate(appeal.opened_at)) == (
        False, timezone.localdate(tried),
    )  # fmt: skip
    assert appeal.due_on == add_months(timezone.localdate(tried), 2)
    assert french_date(timezone.localdate(tried)) in read[-1].body


def test_the_law_and_not_the_label_says_when_an_appeal_without_an_answer_is_dismissed():
    application, owner = refused()
    make_decider(application.label)
    LabelApplication.objects.update(rules={**application.rules, "silence_months": 6})
    assert opened(application, owner).due_on == add_months(timezone.localdate(), 2)


def given_less(state=AwardState.ACTIVE):
    """An award at « Essentiel » of a company that asked for « Avancé »."""
    reserved = state == AwardState.RESERVED
    label = make_label()
    least, asked = label.levels.all()
    application = make_application(
        ApplicationState.GRANTED_WITH_RESERVATIONS if reserved else ApplicationState.GRANTED,
        label=label, level=asked, proposed_level=least,
        proposed_by=make_reviewer(), decided_by=make_decider(label),
    )  # fmt: skip
    letter_of(application, Letter.Kind.RESERVED if reserved else Letter.Kind.GRANTED, 3)
    return make_award(state, application=application, level=least)


def test_a_level_below_the_one_that_was_asked_is_contested_and_given():
    award = given_less()
    owner, third = owner_of(award.listing), make_decider(award.label)
    [option] = appealing.appealable(award.application)
    assert (option.against, option.title) == ("level", "Recours contre le niveau attribué")
    assert option.until is not None
    appeal = opened(award.application, owner, against="level")
    with pytest.raises(PermissionDenied):
        appealing.decide(
            appeal=appeal, outcome="allow", by=award.application.decided_by, decision="Oui."
        )

    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="La preuve y était.")

    fresh = Award.objects.get()
    assert (fresh.level.code, fresh.state) == ("avance", AwardState.ACTIVE)
    assert LabelEvent.objects.get(name="raise_level").data["before"] == "Essentiel"
    assert events.verify() == []
    assert award.listing.events.get(kind="label").detail.endswith("niveau « Avancé »")
    assert registry.history(fresh, timezone.localdate())[0].words == (
        "Niveau « Avancé » après un recours, au lieu de « Essentiel »"
    )
    assert appealing.appealable(fresh.application) == []


@pytest.mark.parametrize("outcome", ["dismiss", "allow"])
def test_letters_about_an_appeal_lead_to_the_judge_and_not_to_another_appeal(outcome):
    award = given_less()
    make_decider(award.label)
    appeal = opened(award.application, owner_of(award.listing), against="level")
    appeal.decision = "Vu."
    received = letter_words.appeal_received(
        award.application, "le niveau", timezone.localdate(), appeal.due_on
    )
    decided = letter_words.appeal_decided(appeal, outcome, award)
    assert not received.appealable
    assert not decided.appealable
    assert "saisir le tribunal administratif" in received.body
    assert ("saisir le tribunal administratif" in decided.body) is (outcome == "dismiss")
    assert (award.number in decided.body) is (outcome == "allow")


def test_a_level_is_contested_once_and_keeps_its_reservations():
    award = given_less(AwardState.RESERVED)
    owner, third = owner_of(award.listing), make_decider(award.label)
    assert {one.against for one in appealing.appealable(award.application)} == {
        "level", "reservations",
    }  # fmt: skip
    appeal = opened(award.application, owner, against="level")
    appealing.decide(appeal=appeal, outcome="allow", by=third, decision="La preuve y était.")
    fresh = Award.objects.get()
    assert (fresh.level.code, fresh.state) == ("avance", AwardState.RESERVED)
    assert fresh.reservations.filter(lifted_at=None).exists()
    assert [one.against for one in appealing.appealable(fresh.application)] == ["reservations"]


@pytest.mark.parametrize(
    ("asked", "given", "appealable"),
    [("avance", "essentiel", True), ("essentiel", "avance", False)],
)
def test_the_letter_says_how_to_appeal_against_less_than_was_asked(asked, given, appealable):
    label = make_label()
    levels = {level.code: level for level in label.levels.all()}
    application = make_application(
        ApplicationState.PROPOSED, label=label, level=levels[asked], proposed_level=levels[given]
    )
    words = deciding.draft(application, "Au vu du dossier.")
    assert "pas celui que vous avez demandé" in words.body
    assert words.appealable is appealable
