"""Who took part in a file decides nothing of it: not on the file, its award nor an appeal."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue.models import Membership, Role
from home.services import REVIEWERS
from labelling import appealing, awarding, chasing, deciding, permissions, reviewing, shifting
from labelling.models import Appeal, Award, CriterionReview, DeadlineShift, LabelApplication
from labelling.states import ApplicationState, AwardState
from tests.labelling.labels import (
    delegate,
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def label(site):
    return make_label()


@pytest.fixture
def both(label):
    """Somebody who instructs and decides."""
    return make_decider(label, REVIEWERS)


def test_who_wrote_the_verdicts_does_not_decide_once_somebody_else_proposed(label, both):
    file = make_application(ApplicationState.UNDER_REVIEW, label=label, holder=both)
    for criterion in ("SE-01", "DO-01"):
        reviewing.save_verdict(
            application=file, criterion=criterion, verdict="conforme", comment="", reason=None,
            edition=0, by=both,
        )  # fmt: skip
    proposal = {"outcome": "granted", "level": label.levels.first(), "motives": "Conforme."}
    reviewing.propose(application=file, by=both, **proposal)
    deciding.send_back(application=file, by=make_decider(label), comment="À revoir.")
    reviewing.release(application=file, by=both)
    colleague = make_reviewer()
    reviewing.claim(application=file, by=colleague)
    reviewing.propose(application=file, by=colleague, **proposal)
    with pytest.raises(PermissionDenied):
        deciding.decide(application=file, by=both, decision="Accordé.")
    assert LabelApplication.objects.get().state == ApplicationState.PROPOSED


def test_who_claimed_a_file_and_gave_it_back_does_not_reject_it_alone(label, both):
    file = make_application(label=label)
    reviewing.claim(application=file, by=both)
    reviewing.release(application=file, by=both)
    with pytest.raises(PermissionDenied):
        deciding.reject(application=file, by=both, comment="Hors champ.")


def test_a_reminder_to_many_vendors_shuts_nobody_out(label, both):
    file = make_application(ApplicationState.AWAITING_VENDOR, label=label)
    chasing.remind(application=file, by=both, text="Nous attendons.")
    assert both.pk not in permissions.instructed(file)


@pytest.mark.parametrize("part", ["holder", "proposed_by", "verdict"])
def test_who_instructed_the_file_does_not_relieve_its_award(label, both, part):
    columns = {} if part == "verdict" else {part: both}
    file = make_application(ApplicationState.GRANTED, label=label, **columns)
    if part == "verdict":
        CriterionReview.objects.create(
            application=file, round=1, criterion="SE-01", verdict="conforme", changed_by=both
        )
    award = make_award(AwardState.UNDER_REEXAMINATION, application=file, facts={"host": "avant"})
    with pytest.raises(PermissionDenied):
        awarding.maintain(award=award, by=both, comment="Rien ne change.")
    Award.objects.update(state=AwardState.SUSPENDED, before="", reason="Hébergeur changé.")
    with pytest.raises(PermissionDenied):
        awarding.reinstate(award=award, by=both, comment="Tout va bien.")
    assert Award.objects.get().state == AwardState.SUSPENDED


def test_who_instructed_the_file_lifts_no_reservation(label, both):
    file = make_application(
        ApplicationState.GRANTED_WITH_RESERVATIONS, label=label, holder=both, decision="Avec."
    )
    reservation = make_award(AwardState.RESERVED, application=file).reservations.get()
    with pytest.raises(PermissionDenied):
        awarding.lift_reservation(reservation=reservation, by=both, comment="Fait.")


def test_an_appeal_is_for_who_took_no_part_and_judged_nothing_before(label, both):
    judge, third = make_decider(label), make_decider(label)
    file = make_application(label=label)
    reviewing.claim(application=file, by=both)
    reviewing.release(application=file, by=both)
    deciding.reject(application=file, by=judge, comment="Hors champ.")
    may = {"application": file, "judges": (judge.pk,)}
    assert set(permissions.deciders_for_appeal(**may)) == {third}
    first = appealing.open_appeal(
        application=file, against="inadmissible", by=owner_of(file.listing), text="Si."
    )
    for somebody in (both, judge):
        with pytest.raises(PermissionDenied):
            appealing.decide(appeal=first, outcome="dismiss", by=somebody, decision="Non.")
    appealing.decide(appeal=first, outcome="dismiss", by=third, decision="Non.")
    assert Appeal.objects.get().decided_by == third
    assert not permissions.deciders_for_appeal(**may).exists(), "the third judged it, too"


def test_a_proposal_whose_author_is_in_conflict_goes_back_and_is_not_signed(label):
    author, decider = make_reviewer(), make_decider(label)
    file = make_application(
        ApplicationState.PROPOSED, label=label, holder=author, proposed_by=author
    )
    reviewing.declare_conflict(vendor=file.vendor, by=author, reason="Parent du dirigeant.")
    with pytest.raises(Refused, match="renvoyez"):
        deciding.decide(application=file, by=decider, decision="Accordé.")
    assert LabelApplication.objects.get().state == ApplicationState.PROPOSED
    deciding.send_back(application=file, by=decider, comment="Son auteur est en conflit.")
    assert LabelApplication.objects.get().state == ApplicationState.UNDER_REVIEW


def shift(by):
    return shifting.shift_deadlines(days=5, reason="Panne du 3 au 7 mars.", by=by)


def test_deadlines_of_a_label_without_a_delegation_are_not_moved(label):
    decider = make_decider(label)
    other = make_application(ApplicationState.AWAITING_VENDOR)
    with pytest.raises(Refused, match="délégation"):
        shift(decider)
    assert not DeadlineShift.objects.exists()
    assert "délégation" in shifting.why_not(decider, 5)
    delegate(decider, other.label)
    shift(decider)
    moved = LabelApplication.objects.get().answer_due_on - other.answer_due_on
    assert moved == dt.timedelta(days=5)


@pytest.mark.parametrize("tie", ["member", "conflict"])
def test_nobody_moves_the_deadlines_of_their_own_company(label, tie):
    file, decider = make_application(label=label), make_decider(label)
    assert shifting.why_not(decider, 5) == ""
    if tie == "member":
        Membership.objects.create(user=decider, vendor=file.vendor, role=Role.OWNER)
    else:
        reviewing.declare_conflict(vendor=file.vendor, by=decider, reason="Parent.")
    with pytest.raises(Refused, match="conflit d'intérêts"):
        shift(decider)
    assert LabelApplication.objects.get().due_on == timezone.localdate() + dt.timedelta(days=50)
