"""The review desk's queue with many files: its page through Django's test client, its SQL apart."""

import datetime as dt
import random
import time
from collections.abc import Callable
from itertools import product
from statistics import median
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.models import CataloguePage, Listing
from home.bench.timing import Report
from home.demo.loader import load_solutions
from home.services import REVIEWERS
from labelling.models import (
    ApplicationMessage,
    Award,
    Consultation,
    CriterionReview,
    Handover,
    Label,
    LabelApplication,
    LabelLevel,
    Question,
    SelfAssessment,
)
from labelling.models import ReferentialVersion as Version
from labelling.states import DECIDED, OPEN, ApplicationState, AwardState

SHEETS = 250
ROUNDS = 15
_State = ApplicationState
_STATES = (*OPEN, _State.UNDER_REVIEW, _State.GRANTED, _State.REFUSED, _State.WITHDRAWN)


def measure_queue(report: Report, count: int) -> None:
    """Fill an empty database with files of labels and write what the first page of the queue takes."""
    reviewers = [_reviewer(rank) for rank in range(10)]
    _fill(count, reviewers)
    browser = _signed_in(reviewers[0])
    _fetch(browser)  # templates are compiled once
    walls, sqls, most = [], [], 0
    for _round in range(ROUNDS):
        watch = _Sql()
        with connection.execute_wrapper(watch):
            started = time.perf_counter()
            _fetch(browser)
            walls.append((time.perf_counter() - started) * 1000)
        sqls.append(watch.milliseconds)
        most = max(most, watch.queries)
    report.durations("page de la file", walls)
    report.durations("dont SQL", sqls)
    report.line("page entière / son SQL", f"{median(walls) / median(sqls):>9.2f}")
    report.line("requêtes SQL de la page", f"{most:>9}")


class _Sql:
    """Adds up what statements take."""

    def __init__(self) -> None:
        self.milliseconds, self.queries = 0.0, 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000
            self.queries += 1


def _reviewer(rank: int) -> User:
    user = User.objects.create_user(
        f"mesure{rank}@demo.example", first_name="Camille", last_name=f"Mesure {rank}"
    )
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=REVIEWERS))
    return user


def _signed_in(user: User) -> Client:
    """A browser that passed a second factor, as the admin asks."""
    browser = Client(headers={"host": "localhost"})
    TOTP.activate(user, generate_totp_secret())
    browser.force_login(user)
    session = browser.session
    method = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [method]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return browser


def _fetch(browser: Client) -> None:
    response = browser.get(reverse("instruction:index"))
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} {response.headers.get('Location', '')}")


def _fill(count: int, reviewers: list[User]) -> None:
    """Files in all states, with the columns that weigh as they do for real."""
    today, chance = timezone.localdate(), random.Random(7)  # noqa: S311  (no secret)
    load_solutions(
        parent=CataloguePage.objects.get(), count=min(count, SHEETS), seed=1, today=today
    )
    sheets = list(Listing.objects.filter(vendor__isnull=False).select_related("vendor"))
    version = Version.objects.published().select_related("referential").first()
    if version is None:
        raise RuntimeError("No referential is published.")
    assessment = SelfAssessment.objects.create(listing=sheets[0], version=version)
    handover = Handover.objects.create(
        assessment=assessment, answers={}, facts={}, accuracy_attested=True
    )
    labels = [_label(rank, version, today) for rank in range(count // len(sheets) + 1)]
    pairs = list(product(labels, sheets))[:count]
    LabelApplication.objects.bulk_create(
        [
            LabelApplication(
                number=f"M-{rank:06d}",
                label=label,
                level=level,
                listing=sheet,
                vendor=sheet.vendor,
                handover=handover,
                **_columns(chance, label, reviewers, today),
            )
            for rank, ((label, level), sheet) in enumerate(pairs)
        ],
        batch_size=100,
    )
    _around(chance, today)


def _around(chance: random.Random, today: dt.date) -> None:
    """What is written around files: verdicts, questions, messages, opinions asked for, awards."""
    files = list(
        LabelApplication.objects.select_related("label", "level", "listing", "vendor").defer(
            "rules", "snapshot", "proposal", "decision"
        )
    )
    soon = [today + dt.timedelta(days=chance.randint(-5, 30)) for _file in files]
    in_state = {state: [one for one in files if one.state == state] for state in _STATES}
    CriterionReview.objects.bulk_create(
        [
            CriterionReview(
                application=one, round=1, criterion=f"SE-{rank:02d}", verdict="conforme"
            )
            for one in in_state[_State.UNDER_REVIEW]
            for rank in range(15)
        ],
        batch_size=100,
    )
    Question.objects.bulk_create(
        [
            Question(application=one, round=1, kind=chance.choice(Question.Kind.values), due_on=day)
            for one, day in zip(in_state[_State.AWAITING_VENDOR], soon, strict=False)
        ],
        batch_size=100,
    )
    Consultation.objects.bulk_create(
        [
            Consultation(application=one, theme="securite", due_on=day)
            for one, day in zip(in_state[_State.EXPERT_CONSULTED], soon, strict=False)
        ],
        batch_size=100,
    )
    ApplicationMessage.objects.bulk_create(
        [
            ApplicationMessage(application=one, from_staff=chance.random() < 0.5, text="Bonjour.")
            for one in chance.sample(files, len(files) // 3)
        ],
        batch_size=100,
    )
    Award.objects.bulk_create(
        [
            _award(one, rank, today + dt.timedelta(days=chance.randint(1, 700)), today)
            for rank, one in enumerate(in_state[_State.GRANTED])
        ],
        batch_size=50,
    )


def _award(file: LabelApplication, rank: int, valid_to: dt.date, today: dt.date) -> Award:
    return Award(
        number=f"MA-{rank:06d}",
        application=file,
        label=file.label,
        level=file.level,
        listing=file.listing,
        vendor=file.vendor,
        title="Mesure",
        offers=[],
        facts={},
        status_index=rank,
        granted_on=today,
        valid_to=valid_to,
        state=str(AwardState.ACTIVE),
        state_since=today,
    )


def _label(rank: int, version: Version, today: dt.date) -> tuple[Label, LabelLevel]:
    label = Label.objects.create(
        slug=f"mesure-{rank}",
        name=f"Label de mesure {rank}",
        referential=version.referential,
        valid_from=today,
        remedies="Recours. " * 60,
    )
    return label, LabelLevel.objects.create(label=label, code="seul", name="Seul")


def _columns(
    chance: random.Random, label: Label, reviewers: list[User], today: dt.date
) -> dict[str, Any]:
    state, now = chance.choice(_STATES), timezone.now()
    due_on = today + dt.timedelta(days=chance.randint(-20, 60))
    found: dict[str, Any] = {
        "state": str(state),
        "rules": label.rules().as_json(),
        "snapshot": {f"SE-{rank:02d}": {"justification": "Voyez. " * 30} for rank in range(60)},
        "submitted_at": now,
        "due_on": due_on,
        "silence_on": due_on + dt.timedelta(days=chance.randint(0, 40)),
        "closed_at": None if state in OPEN else now,
    }
    if chance.random() < 0.8:
        found |= {"holder": chance.choice(reviewers), "held_since": now}
    if state == _State.AWAITING_VENDOR:
        found |= {"asked_on": today, "answer_due_on": today + dt.timedelta(days=9)}
    if state == _State.PROPOSED or state in DECIDED:
        outcome = state if state in DECIDED else _State.GRANTED
        found |= {"proposed_at": now, "proposed_outcome": str(outcome), "proposal": "Vu. " * 400}
    if state in DECIDED:
        found |= {"decided_at": now, "decision": "Vu. " * 400}
    return found
