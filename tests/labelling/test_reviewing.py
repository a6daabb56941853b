"""What reviewers and experts do with a file, and who may not."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.services import Refused
from catalogue.models import Reason
from labelling import chasing, reviewing
from labelling.models import (
    Absence,
    ConflictOfInterest,
    CriterionReview,
    LabelEvent,
    Letter,
    Question,
)
from labelling.states import ApplicationState
from tests.catalogue.people import moderator, person
from tests.labelling.labels import (
    delegate,
    make_application,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
REVIEW = ApplicationState.UNDER_REVIEW


def judge(file, by, criterion="SE-01", verdict="conforme", comment="", edition=0, reason=None):
    return reviewing.save_verdict(
        application=file,
        criterion=criterion,
        verdict=verdict,
        comment=comment,
        reason=reason,
        edition=edition,
        by=by,
    )


def judged(state=REVIEW, **verdicts):
    """A file whose two criteria have these verdicts, and its holder."""
    holder = make_reviewer()
    file = make_application(state, holder=holder)
    for criterion in ("SE-01", "DO-01"):
        verdict = verdicts.get(criterion.replace("-", "_"), "conforme")
        judge(file, holder, criterion, verdict, "" if verdict == "conforme" else "Parce que.")
    return file, holder


def ask(file, by, **changed):
    asked = {"kind": "precision", "text": "Précisez.", "criteria": ["SE-01"], **changed}
    return reviewing.ask(application=file, by=by, **asked)


def propose(file, by, outcome="granted", level="first", motives="Conforme.", reservations=()):
    level = file.label.levels.first() if level == "first" else level
    return reviewing.propose(
        application=file,
        by=by,
        outcome=outcome,
        level=level,
        motives=motives,
        reservations=reservations,
    )


SERVICES = {
    "claim": lambda file, by: reviewing.claim(application=file, by=by),
    "release": lambda file, by: reviewing.release(application=file, by=by),
    "verdict": judge,
    "note": lambda file, by: reviewing.add_note(application=file, by=by, text="Vu."),
    "ask": ask,
    "consult": lambda file, by: reviewing.consult(
        application=file, by=by, expert=make_expert(), theme="securite", question="Votre avis ?"
    ),
    "propose": propose,
    "conflict": lambda file, by: reviewing.declare_conflict(
        vendor=file.vendor, by=by, reason="Ancien employeur."
    ),
}
ROLES = ("holder", "reviewer", "expert", "decider", "moderator", "owner", "buyer", "conflicted")
MAY = {
    "claim": {"holder", "reviewer"},
    "release": {"holder"},
    "verdict": {"holder"},
    "note": {"holder", "reviewer", "decider"},
    "ask": {"holder"},
    "consult": {"holder"},
    "propose": {"holder"},
    "conflict": {"holder", "reviewer", "expert", "decider", "conflicted"},
}


def test_each_service_is_for_the_roles_of_the_table_and_for_nobody_else():
    file, holder = judged()
    conflicted = make_reviewer()
    ConflictOfInterest.objects.create(user=conflicted, vendor=file.vendor, reason="Parent.")
    people = {
        "holder": holder,
        "reviewer": make_reviewer(),
        "expert": make_expert(),
        "decider": make_decider(file.label),
        "moderator": moderator(),
        "owner": owner_of(file.listing),
        "buyer": person(),
        "conflicted": conflicted,
    }
    wrong = []
    for name, service in SERVICES.items():
        for role in ROLES:
            try:
                _undone(lambda call=service, who=people[role]: call(file, who))
                allowed = True
            except PermissionDenied:
                allowed = False
            except (Refused, reviewing.VerdictConflict):
                allowed = True  # the right is there, the state is not
            if allowed != (role in MAY[name]):
                wrong.append(f"{role} {name}: {allowed}")
    assert not wrong, "\n".join(wrong)


def _undone(call):
    from django.db import transaction

    with transaction.atomic():
        call()
        transaction.set_rollback(True)


def test_a_file_is_taken_once_and_the_second_is_told_by_whom():
    file, first, second = make_application(), make_reviewer(), make_reviewer()
    assert reviewing.claim(application=file, by=first).holder == first
    # The second read the queue before.
    with pytest.raises(Refused, match=first.get_full_name()):
        reviewing.claim(application=file, by=second)
    reviewing.release(application=file, by=first)
    assert reviewing.claim(application=file, by=second).holder == second
    names = LabelEvent.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["claim", "release", "claim"]


def test_whoever_replaces_somebody_away_takes_their_files_and_nobody_else():
    today = timezone.localdate()
    holder, replacing, other = make_reviewer(), make_reviewer(), make_reviewer()
    file = make_application(holder=holder)
    Absence.objects.create(user=holder, first_day=today, last_day=today, replaced_by=replacing)
    with pytest.raises(Refused):
        reviewing.claim(application=file, by=other)
    assert reviewing.claim(application=file, by=replacing).holder == replacing


def test_a_conflict_of_interest_releases_ones_files_and_blocks_taking_and_deciding():
    label = make_label()
    decider = make_decider(label)
    reviewer = make_reviewer()
    file = make_application(ApplicationState.PROPOSED, label=label, holder=reviewer)
    conflict = reviewing.declare_conflict(vendor=file.vendor, by=reviewer, reason="Ancien salarié.")
    file.refresh_from_db()
    assert file.holder is None
    with pytest.raises(PermissionDenied, match="conflit"):
        reviewing.claim(application=file, by=reviewer)
    reviewing.declare_conflict(vendor=file.vendor, by=decider, reason="Parent salarié.")
    from labelling import procedure

    assert procedure.offered(decider, file) == ()
    with pytest.raises(PermissionDenied):
        reviewing.end_conflict(conflict=conflict, by=decider)
    reviewing.end_conflict(conflict=conflict, by=reviewer)
    assert reviewing.claim(application=file, by=reviewer).holder == reviewer


def test_a_file_goes_from_deposit_to_review():
    holder = make_reviewer()
    file = make_application(holder=holder)
    reviewing.admit(application=file, by=holder)
    assert reviewing.begin(application=file, by=holder).state == REVIEW


def test_a_verdict_is_kept_for_its_round_and_conflicts_are_told():
    holder = make_reviewer()
    file = make_application(REVIEW, holder=holder)
    row = judge(file, holder, verdict="conforme")
    assert (row.edition, row.round) == (1, 1)
    with pytest.raises(reviewing.VerdictConflict) as conflict:
        judge(file, holder, verdict="non-conforme", comment="Non.", edition=0)
    assert conflict.value.review.verdict == "conforme"
    assert judge(file, holder, verdict="non-conforme", comment="Non.", edition=1).edition == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"criterion": "XX-99"}, "n'est pas de ceux"),
        ({"verdict": "peut-être"}, "Choisissez un verdict"),
        ({"verdict": "a-preciser"}, "Dites pourquoi"),
        ({"verdict": "conforme", "comment": "a" * 2001}, "2000"),
        ({"edition": 3}, "rechargez"),
    ],
)
def test_a_verdict_that_says_nothing_is_refused_in_words(changed, words):
    holder = make_reviewer()
    with pytest.raises(Refused, match=words):
        judge(make_application(REVIEW, holder=holder), holder, **changed)


def test_the_text_of_a_typed_reason_stands_for_an_empty_comment():
    holder = make_reviewer()
    reason = Reason.objects.create(
        purpose=Reason.Purpose.CRITERION,
        code="piece-illisible",
        label="Illisible",
        text="Illisible.",
    )
    file = make_application(REVIEW, holder=holder)
    row = judge(file, holder, verdict="a-preciser", reason=reason)
    assert (row.comment, row.reason) == ("Illisible.", reason)


def test_verdicts_wait_for_the_review_to_begin():
    holder = make_reviewer()
    with pytest.raises(Refused, match="commencez-la"):
        judge(make_application(holder=holder), holder)


@pytest.mark.parametrize(("kind", "words"), [("missing", "suspendu"), ("precision", "suspend pas")])
def test_a_question_waits_for_the_vendor_and_says_what_it_does_to_the_clocks(kind, words):
    file, holder = judged(SE_01="a-preciser")
    question = ask(file, holder, kind=kind, days=12)
    file.refresh_from_db()
    today = timezone.localdate()
    assert file.state == ApplicationState.AWAITING_VENDOR
    assert (file.asked_on, file.answer_due_on) == (today, today + dt.timedelta(days=12))
    assert question.criteria == ["SE-01"]
    assert Letter.objects.get(application=file).kind == Letter.Kind.QUESTION
    event = LabelEvent.objects.get(name="ask")
    assert event.data["verdicts"]["SE-01"]["verdict"] == "a-preciser"
    assert event.data["handover"] == str(file.handover.uid)
    from labelling.verdicts import question_letter

    assert words in question_letter(question)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "autre"}, "précision ou d'une pièce"),
        ({"text": "  "}, "Écrivez la question"),
        ({"criteria": ["XX-99"]}, "inconnus"),
        ({"days": 0}, "Laissez de 1"),
    ],
)
def test_a_question_that_cannot_be_sent_is_refused_in_words(changed, words):
    file, holder = judged()
    with pytest.raises(Refused, match=words):
        ask(file, holder, **changed)
    assert not Question.objects.exists()


def test_an_expert_gives_an_opinion_once_and_the_review_goes_on():
    file, holder = judged()
    expert = make_expert()
    asked = reviewing.consult(
        application=file, by=holder, expert=expert, theme="securite", question="Est-ce sûr ?"
    )
    with pytest.raises(PermissionDenied):
        reviewing.advise(consultation=asked, by=make_expert(), opinion="Oui.")
    given = reviewing.advise(consultation=asked, by=expert, opinion="Oui.")
    assert given.opinion == "Oui."
    file.refresh_from_db()
    assert file.state == REVIEW
    with pytest.raises(Refused, match="plus attendu"):
        reviewing.advise(consultation=asked, by=expert, opinion="Encore.")


def test_who_may_not_be_consulted_is_told_why():
    file, holder = judged()
    expert = make_expert()
    ConflictOfInterest.objects.create(user=expert, vendor=file.vendor, reason="Parent.")
    for who, theme, words in (
        (expert, "securite", "conflit"),
        (make_reviewer(), "securite", "habilitée"),
        (make_expert(), "cuisine", "thème"),
    ):
        with pytest.raises(Refused, match=words):
            reviewing.consult(application=file, by=holder, expert=who, theme=theme, question="?")


def test_a_reviewer_goes_on_without_an_opinion():
    file, holder = judged()
    expert = make_expert()
    asked = reviewing.consult(
        application=file, by=holder, expert=expert, theme="securite", question="Est-ce sûr ?"
    )
    reviewing.go_on(application=file, by=holder, comment="L'expert est souffrant.")
    with pytest.raises(Refused):
        reviewing.advise(consultation=asked, by=expert, opinion="Trop tard.")


def test_a_proposal_keeps_what_was_judged():
    file, holder = judged(DO_01="sans-objet")
    due = timezone.localdate() + dt.timedelta(days=30)
    done = propose(
        file,
        holder,
        "granted_with_reservations",
        motives="Réserves.",
        reservations=[("Publier le rapport.", due)],
    )
    assert done.state == ApplicationState.PROPOSED
    assert done.proposed_by == holder
    assert done.proposed_reservations == [
        {"text": "Publier le rapport.", "due_on": due.isoformat()}
    ]
    assert LabelEvent.objects.get(name="propose").data["verdicts"]["DO-01"]["round"] == 1


@pytest.mark.parametrize(
    ("verdicts", "changed", "words"),
    [
        ({}, {"outcome": "lapsed"}, "Choisissez la décision"),
        ({}, {"level": None}, "Choisissez le niveau"),
        ({}, {"outcome": "refused"}, "n'attribue pas de niveau"),
        ({"SE_01": "non-conforme"}, {}, "bloquants"),
        ({"DO_01": "a-preciser"}, {}, "à préciser"),
        ({}, {"outcome": "granted_with_reservations"}, "au moins une réserve"),
        ({}, {"reservations": [("X", dt.date(2030, 1, 1))]}, "vont avec"),
        (
            {},
            {
                "outcome": "granted_with_reservations",
                "reservations": [("X", dt.date(2020, 1, 1))],
            },
            "à venir",
        ),
        (
            {},
            {
                "outcome": "granted_with_reservations",
                "reservations": [("X", dt.date(9999, 12, 31))],
            },
            "pendant la vie du label",
        ),
        ({}, {"motives": ""}, "Écrivez pourquoi"),
    ],
)
def test_a_proposal_that_does_not_stand_up_is_refused_in_words(verdicts, changed, words):
    file, holder = judged(**verdicts)
    with pytest.raises(Refused, match=words):
        propose(file, holder, **changed)


def test_nothing_is_proposed_before_everything_is_judged():
    holder = make_reviewer()
    file = make_application(REVIEW, holder=holder)
    judge(file, holder, "SE-01")
    with pytest.raises(Refused, match="DO-01"):
        propose(file, holder)


def test_a_verdict_of_an_earlier_round_counts():
    file, holder = judged()
    file.round = 2
    file.save()
    assert propose(file, holder).state == ApplicationState.PROPOSED
    assert CriterionReview.objects.filter(round=2).count() == 0


def test_a_reviewer_who_may_also_decide_never_decides_on_their_own_proposal():
    file, holder = judged()
    holder.groups.add(*make_decider().groups.all())
    delegate(holder, file.label)
    proposed = propose(file, holder)
    reviewing.release(application=proposed, by=holder)
    from labelling import procedure

    with pytest.raises(PermissionDenied):
        procedure.apply(thing=file, name="grant", by=holder)


def test_a_vendor_is_reminded_once_a_week():
    file = make_application(ApplicationState.AWAITING_VENDOR)
    by = make_reviewer()
    chasing.remind(application=file, by=by, text="Pensez-y.")
    with pytest.raises(Refused, match="sept derniers jours"):
        chasing.remind(application=file, by=by, text="Pensez-y.")
    with pytest.raises(Refused, match="n'attend pas"):
        chasing.remind(application=make_application(), by=by, text="Pensez-y.")
    with pytest.raises(PermissionDenied):
        chasing.remind(application=file, by=make_expert(), text="Pensez-y.")
