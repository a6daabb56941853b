"""How mission LABEL reviews a sheet: who may decide, for which typed reason, and only once.

`ModerationTask` comes here by name from each path of Wagtail's workflow: the editor, the dashboard,
bulk actions. So the rules hold in `decide`, whatever the screen offered.
"""

import json
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import TaskState

from accounts.models import User
from accounts.services import Refused
from catalogue import drafting
from catalogue.models import BasePage, Listing, Membership, Reason, Submission, Suspension

APPROVE, RETURN = "approve", "reject"
"""What a moderator does, by Wagtail's own names."""
ACTIONS = (
    (RETURN, gettext_lazy("Renvoyer à l'offreur"), True),
    (APPROVE, gettext_lazy("Approuver"), False),
)
"""Name, label, and whether a form comes first."""
MOST = 4000
DECIDED = gettext_lazy("Cette fiche n'attend plus de décision : quelqu'un a décidé entre-temps.")
OWN_CAUSE = gettext_lazy(
    "Vous agissez pour l'entreprise de cette fiche : une autre personne en décide."
)


class ReturnForm(forms.Form):
    """Why a sheet goes back to its vendor: a typed reason, and words that start from its text."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Motif"),
        error_messages={
            "required": gettext_lazy("Choisissez un motif."),
            "invalid_choice": gettext_lazy("Choisissez un motif de la liste."),
        },
    )
    comment = forms.CharField(
        label=gettext_lazy("Explication envoyée à l'offreur"),
        help_text=gettext_lazy("Laissée vide, c'est le texte type du motif qui est envoyé."),
        required=False,
        max_length=MOST,
        widget=AdminAutoHeightTextInput(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(Reason.objects.offered(Reason.Purpose.RETURN))
        self.texts = {row.code: row.text for row in offered}
        # Moderators may have set every reason aside: a sheet can be sent back all the same.
        self.labels = {row.code: row.label for row in offered} or {
            drafting.OTHER_REASON: _("Autre")
        }
        reason = cast(forms.ChoiceField, self.fields["reason"])
        reason.choices = [("", _("Choisissez un motif")), *self.labels.items()]
        # Read by static/catalogue/canned.js, which proposes the text of the reason chosen.
        reason.widget.attrs["data-canned"] = json.dumps(self.texts)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") and not data.get("comment"):
            data["comment"] = self.texts.get(data["reason"], "")
            if not data["comment"]:
                self.add_error("comment", _("Écrivez une explication : elle est envoyée."))
        return data


def form_for(action: str) -> type[forms.Form]:
    """The form of an action: approving asks for nothing."""
    return ReturnForm if action == RETURN else forms.Form


def actions(page: BasePage, user: User) -> list[tuple[str, Any, bool]]:
    """What a moderator may do with a sheet: nothing with one of their own company."""
    return [] if acts_for(user, page.pk) else list(ACTIONS)


def reviewable(states: Any, user: User) -> Any:
    """Without the sheets of the companies that somebody acts for."""
    own = Listing.objects.filter(vendor__memberships__user=user).values_list("page_id", flat=True)
    return states.exclude(workflow_state__object_id__in=[str(page) for page in own])


def acts_for(user: User, page_id: int) -> bool:
    """Whether somebody is a member of the company of a sheet."""
    return Membership.objects.filter(user_id=user.pk, vendor__listings__page_id=page_id).exists()


def refusal_to_publish(page_id: int, user: User) -> str:
    """Why somebody of the staff may not put a sheet online, in French; empty when they may."""
    if acts_for(user, page_id):
        return str(OWN_CAUSE)
    if Suspension.objects.open().filter(vendor__listings__page_id=page_id).exists():
        return _("L'offreur est suspendu : levez la suspension avant de publier sa fiche.")
    return ""


def refusal(submission: Submission, user: User, action: str) -> str:
    """Why somebody may not decide so on a submission, in French; empty when they may."""
    if submission.outcome != Submission.Outcome.WAITING:
        return str(DECIDED)
    page = submission.listing.page_id
    if acts_for(user, page):
        return str(OWN_CAUSE)
    return refusal_to_publish(page, user) if action == APPROVE else ""


@transaction.atomic
def decide_on(*, submission: Submission, by: User, action: str, values: dict[str, Any]) -> None:
    """Decide on a submission by the task that reviews it; raises as `decide` does."""
    workflow = submission.workflow_state
    state = workflow.current_task_state if workflow else None
    if submission.outcome != Submission.Outcome.WAITING or state is None:
        raise Refused(str(DECIDED))
    state.task.specific.on_action(state.specific, by, action, **values)


@transaction.atomic
def decide(*, state: TaskState, by: User, action: str, values: dict[str, Any]) -> None:
    """Approve or send back what a task reviews, once.

    :param values: what the form of the action held; it is checked again here, since the editor
        passes on what a browser posts.
    Raises `PermissionDenied` for who may not decide on this sheet; `Refused`, in French, when
    somebody decided already, the vendor is suspended or the reason is missing.
    """
    page = BasePage.objects.select_for_update().get(pk=state.workflow_state.object_id)
    state.refresh_from_db()
    if state.status != TaskState.STATUS_IN_PROGRESS:
        raise Refused(str(DECIDED))
    if action not in {name for name, *_rest in state.task.specific.get_actions(page, by)}:
        own = acts_for(by, page.pk)
        raise PermissionDenied(str(OWN_CAUSE) if own else _("Vous ne relisez pas les fiches."))
    if action == APPROVE:
        _approve(state, by, page)
    else:
        _send_back(state, by, values)


def _approve(state: TaskState, by: User, page: BasePage) -> None:
    against = refusal_to_publish(page.pk, by)
    if against:
        raise Refused(against)
    state.approve(user=by)


def _send_back(state: TaskState, by: User, values: dict[str, Any]) -> None:
    form = ReturnForm(values)
    if not form.is_valid():
        raise Refused(*(str(words) for errors in form.errors.values() for words in errors))
    reason, comment = form.cleaned_data["reason"], form.cleaned_data["comment"]
    submission = Submission.objects.waiting().filter(workflow_state=state.workflow_state).first()
    if submission is not None:
        # Before the task ends: its signal would settle it without a typed reason.
        drafting.settle(
            submission=submission,
            outcome=Submission.Outcome.RETURNED,
            by=by,
            comment=comment,
            reason=reason,
        )
    state.reject(user=by, comment=f"{form.labels[reason]} : {comment}")
