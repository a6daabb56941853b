"""Who decides on a sheet, for which reason, and only once: whatever path of Wagtail they take."""

import json
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from wagtail.models import Task, TaskState

from accounts.models import User
from accounts.services import Refused
from catalogue import drafting, review_task
from catalogue.models import Membership, Reason, Role, SolutionPage, Submission, Suspension
from catalogue.states import SheetState
from home.services import MODERATORS, REVIEW
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import form, staff
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import reviewer
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

APPROVE, RETURN = review_task.APPROVE, review_task.RETURN
TYPED = {"reason": "prix", "comment": "Donnez le prix de l'abonnement."}


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def submission(vendor, owner):
    return sheets.submit(sheets.draft(vendor, owner), owner)


@pytest.fixture
def moderator():
    return staff(MODERATORS)


@pytest.fixture
def insider(vendor):
    """A moderator who acts for the company."""
    user = staff(MODERATORS)
    Membership.objects.create(vendor=vendor, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def signed_in(client):
    return lambda user: sign_in_staff(client, user)


def page_of(submission):
    return SolutionPage.objects.get(pk=submission.listing.page_id)


def task_state(submission):
    return page_of(submission).current_workflow_task_state


def decide(submission, by, action, **values):
    submission.refresh_from_db()
    review_task.decide_on(submission=submission, by=by, action=action, values=values)
    submission.refresh_from_db()


def suspend(vendor):
    reason = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN).first()
    return Suspension.objects.create(vendor=vendor, reason=reason, comment="Manquements répétés.")


def by_editor(client, submission, action, **data):
    """What the editor posts once a decision is chosen."""
    page = page_of(submission).get_latest_revision_as_object()
    category = [str(category.pk) for category in page.categories.all()]
    extra = {
        "action-workflow-action": "true",
        "workflow-action-name": action,
        "workflow-action-extra-data": json.dumps(data.pop("values", {})),
    }
    fields = {"title": page.title, "slug": page.slug, "summary": page.summary}
    fields |= {"description": page.description, "categories": category, **extra, **data}
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(**fields))


def by_dashboard(client, submission, action, page=None, **values):
    state = task_state(submission)
    address = reverse(
        "wagtailadmin_pages:workflow_action",
        args=[page or submission.listing.page_id, action, state.pk],
    )
    return client.post(address, values, follow=True)


def said(response):
    return unescape(" ".join(str(message) for message in response.context["messages"]))


def test_a_return_keeps_its_reason_and_words_and_the_vendor_reads_both(
    submission, owner, moderator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        decide(submission, moderator, RETURN, **TYPED)
    assert (submission.outcome, submission.reason) == ("returned", "prix")
    assert submission.comment == TYPED["comment"]
    assert submission.decided_by == moderator
    assert drafting.state_of(sheets.reread(submission.listing)) == SheetState.RETURNED
    (told,) = mail.outbox
    assert told.to == [owner.email]
    assert "Prix absents ou peu clairs" in told.body
    assert TYPED["comment"] in told.body
    visitor = Client()
    visitor.force_login(owner)
    seen = visitor.get(reverse("sheet", args=[submission.listing.uid])).content.decode()
    assert "Prix absents ou peu clairs" in seen
    assert "Donnez le prix de l&#x27;abonnement." in seen


def test_an_empty_comment_takes_the_canned_text_as_moderators_wrote_it(submission, moderator):
    Reason.objects.filter(code="prix").update(text="Complétez vos prix.")
    decide(submission, moderator, RETURN, reason="prix", comment="")
    assert submission.comment == "Complétez vos prix."


@pytest.mark.parametrize("values", [{}, {"reason": "inconnu"}, {"reason": "", "comment": "Non."}])
def test_no_sheet_goes_back_without_a_typed_reason(submission, moderator, values):
    with pytest.raises(Refused):
        decide(submission, moderator, RETURN, **values)
    submission.refresh_from_db()
    assert submission.outcome == "waiting"


def test_reasons_set_aside_are_not_offered_and_a_sheet_can_go_back_without_any(
    submission, moderator
):
    Reason.objects.update(is_active=False)
    with pytest.raises(Refused):
        decide(submission, moderator, RETURN, **TYPED)
    with pytest.raises(Refused, match="explication"):
        decide(submission, moderator, RETURN, reason="autre")
    decide(submission, moderator, RETURN, reason="autre", comment="Appelez-nous.")
    assert (submission.reason, submission.comment) == ("autre", "Appelez-nous.")


def test_the_form_carries_the_canned_text_of_each_reason(submission, moderator, signed_in):
    client = signed_in(moderator)
    address = reverse(
        "wagtailadmin_pages:collect_workflow_action_data",
        args=[submission.listing.page_id, RETURN, task_state(submission).pk],
    )
    texts = review_task.ReturnForm().texts
    assert set(texts) == set(
        Reason.objects.offered(Reason.Purpose.RETURN).values_list("code", flat=True)
    )
    assert "data-canned" in client.get(address).json()["html"]
    posted = client.post(address, {"reason": "prix"}).json()["cleaned_data"]
    assert posted == {"reason": "prix", "comment": texts["prix"]}


def test_the_editor_sends_back_with_the_reason_given(submission, moderator, signed_in):
    by_editor(signed_in(moderator), submission, RETURN, values=TYPED)
    submission.refresh_from_db()
    assert (submission.outcome, submission.reason) == ("returned", "prix")


def test_the_editor_says_when_a_reason_lacks_and_saves_nothing(submission, moderator, signed_in):
    before = page_of(submission).latest_revision_id
    client = signed_in(moderator)
    answer = by_editor(client, submission, RETURN, summary="Corrigé")
    assert "Choisissez un motif" in said(client.get(answer["Location"]))
    submission.refresh_from_db()
    assert submission.outcome == "waiting"
    assert page_of(submission).latest_revision_id == before


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("screen", ["workflow_action", "collect_workflow_action_data"])
def test_a_dialogue_opened_before_the_decision_of_another_does_not_hang(
    submission, moderator, signed_in, method, screen
):
    state, page = task_state(submission), submission.listing.page_id
    decide(submission, moderator, RETURN, **TYPED)
    client = signed_in(staff(MODERATORS))
    address = reverse(f"wagtailadmin_pages:{screen}", args=[page, RETURN, state.pk])
    ask = getattr(client, method)
    answer = ask(address, TYPED, headers={"x-requested-with": "XMLHttpRequest"}).json()
    assert answer["step"] == "success"

    if screen == "workflow_action":
        assert answer["redirect"] == reverse("wagtailadmin_pages:edit", args=[page])
        told = client.get(answer["redirect"])
    else:  # its script then sends the editor
        told = client.post(
            reverse("wagtailadmin_pages:edit", args=[page]),
            {"action-workflow-action": "true", "workflow-action-name": RETURN},
            follow=True,
        )
    assert "n'attend pas de décision" in said(told)


@pytest.mark.parametrize("values", [{}, {"reason": "inconnu"}])
def test_the_dashboard_says_when_a_reason_lacks(submission, moderator, signed_in, values):
    answer = by_dashboard(signed_in(moderator), submission, RETURN, **values)
    assert "Choisissez un motif" in said(answer)
    submission.refresh_from_db()
    assert submission.outcome == "waiting"


@pytest.mark.parametrize("path", ["editor", "dashboard", "service"])
def test_what_a_suspended_vendor_handed_in_is_not_published(
    submission, vendor, moderator, signed_in, path
):
    suspend(vendor)
    client = signed_in(moderator)
    if path == "service":
        with pytest.raises(Refused, match="suspendu"):
            decide(submission, moderator, APPROVE)
    elif path == "dashboard":
        assert "suspendu" in said(by_dashboard(client, submission, APPROVE))
    else:
        answer = by_editor(client, submission, APPROVE)
        assert "suspendu" in said(client.get(answer["Location"]))
    assert not page_of(submission).live
    submission.refresh_from_db()
    assert submission.outcome == "waiting"


def test_what_a_suspended_vendor_handed_in_is_published_once_that_is_lifted(
    submission, vendor, moderator
):
    suspension = suspend(vendor)
    suspension.delete()
    decide(submission, moderator, APPROVE)
    assert page_of(submission).live


@pytest.mark.parametrize("action", [APPROVE, RETURN])
@pytest.mark.parametrize("superuser", [False, True])
def test_nobody_decides_in_their_own_cause(submission, insider, signed_in, action, superuser):
    User.objects.filter(pk=insider.pk).update(is_superuser=superuser)
    insider = User.objects.get(pk=insider.pk)
    other = sheets.submit(
        *[sheets.draft(vendor := sheets.attached_vendor(), member := sheets.member(vendor)), member]
    )
    client = signed_in(insider)
    with pytest.raises(PermissionDenied):
        task_state(submission).task.specific.on_action(
            task_state(submission), insider, action, **TYPED
        )
    by_editor(client, submission, action, values=TYPED)
    by_dashboard(client, submission, action, **TYPED)
    # With the address of a sheet on which they may decide, and the review of their own.
    by_dashboard(client, submission, action, page=other.listing.page_id, **TYPED)
    submission.refresh_from_db()
    assert submission.outcome == "waiting"
    assert not page_of(submission).live
    waiting = TaskState.objects.reviewable_by(insider)
    assert [state.workflow_state.object_id for state in waiting] == [str(other.listing.page_id)]


def test_nobody_publishes_in_their_own_cause_without_a_review(submission, insider, signed_in):
    client = signed_in(insider)
    answer = by_editor(
        client, submission, "", **{"action-workflow-action": "", "action-publish": "1"}
    )
    assert "une autre personne en décide" in said(client.get(answer["Location"]))
    address = reverse("wagtail_bulk_action", args=["catalogue", "basepage", "publish"])
    for page in (page_of(submission), page_of(submission).get_parent()):
        client.post(f"{address}?id={page.pk}", {"include_descendants": "on"})
        assert not page_of(submission).live


def test_who_is_no_moderator_decides_nothing(submission, signed_in):
    for somebody in (reviewer(), sheets.person()):
        for action in (APPROVE, RETURN):
            with pytest.raises(PermissionDenied):
                decide(submission, somebody, action, **TYPED)
    client = signed_in(reviewer())
    by_dashboard(client, submission, APPROVE)
    assert not page_of(submission).live


@pytest.mark.parametrize("second", [APPROVE, RETURN])
@pytest.mark.parametrize("first", [APPROVE, RETURN])
def test_the_second_of_two_moderators_is_told_and_nothing_is_done_twice(
    submission, moderator, first, second, django_capture_on_commit_callbacks
):
    state = task_state(submission)
    stale = Submission.objects.get(pk=submission.pk)
    with django_capture_on_commit_callbacks(execute=True):
        state.task.specific.on_action(state, moderator, first, **TYPED)
    decided = Submission.objects.get(pk=submission.pk)
    late = TaskState.objects.get(pk=state.pk)
    late.status = TaskState.STATUS_IN_PROGRESS  # as it was read before
    with pytest.raises(Refused, match="entre-temps"):
        late.task.specific.on_action(late, staff(MODERATORS), second, **TYPED)
    with pytest.raises(Refused, match="entre-temps"):
        review_task.decide_on(submission=stale, by=moderator, action=second, values=TYPED)
    submission.refresh_from_db()
    assert submission.decided_at == decided.decided_at
    assert submission.decided_by == moderator
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("action", [APPROVE, RETURN])
def test_an_editor_opened_before_the_decision_saves_nothing(
    submission, moderator, signed_in, action
):
    decide(submission, moderator, RETURN, **TYPED)
    before = page_of(submission).latest_revision_id
    client = signed_in(staff(MODERATORS))
    answer = by_editor(client, submission, action, values=TYPED, summary="Trop tard")
    assert "n'attend pas de décision" in said(client.get(answer["Location"]))
    assert page_of(submission).latest_revision_id == before


def test_what_changed_since_the_editor_was_opened_is_read_again_first(
    submission, owner, moderator, signed_in
):
    opened = page_of(submission).latest_revision_id
    drafting.withdraw(listing=submission.listing, by=owner)
    sheets.write(submission.listing, owner, summary="Réécrit")
    again = sheets.submit(submission.listing, owner)
    client = signed_in(moderator)
    answer = by_editor(client, again, APPROVE, loaded_revision_id=str(opened))
    assert "relisez-la" in said(client.get(answer["Location"]))
    assert not page_of(submission).live


def test_a_moderator_ends_a_review_by_a_decision_only(submission, moderator, signed_in):
    client = signed_in(moderator)
    address = reverse("wagtailadmin_pages:edit", args=[submission.listing.page_id])
    assert "action-cancel-workflow" not in client.get(address).content.decode()
    answer = by_editor(
        client, submission, "", **{"action-workflow-action": "", "action-cancel-workflow": "1"}
    )
    assert "avec un motif" in said(client.get(answer["Location"]))
    submission.refresh_from_db()
    assert submission.outcome == "waiting"


def test_a_task_taken_out_of_use_publishes_nothing_and_sends_the_sheet_back(submission, moderator):
    Task.objects.get(name=REVIEW).specific.deactivate(user=moderator)
    submission.refresh_from_db()
    assert not page_of(submission).live
    assert submission.outcome == "returned"
    assert drafting.state_of(sheets.reread(submission.listing)) == SheetState.RETURNED


def test_groups_other_than_the_tasks_decide_nothing(submission, moderator):
    moderator.groups.set([Group.objects.create(name="Autre équipe")])
    with pytest.raises(PermissionDenied):
        decide(submission, User.objects.get(pk=moderator.pk), APPROVE)


def test_a_reason_written_again_is_read_as_it_is_now(submission, moderator):
    decide(submission, moderator, RETURN, **TYPED)
    Reason.objects.filter(code="prix").update(label="Prix à préciser")
    visitor = Client()
    visitor.force_login(submission.by)
    page = visitor.get(reverse("sheet", args=[submission.listing.uid]))
    assert "Prix à préciser" in page.content.decode()


def test_a_review_of_another_company_is_no_business_of_a_member(submission):
    assert not review_task.acts_for(sheets.member(VendorFactory()), submission.listing.page_id)
