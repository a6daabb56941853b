"""Small screens of the desk: load, conflicts of interest, saved filters, reminders to many vendors."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages

from accounts.services import Refused
from labelling import chasing, review_desk, reviewing
from labelling.admin.desk import DeskScreen, TeamScreen
from labelling.admin.queue import QueueFilterSet
from labelling.admin.review_forms import text_field
from labelling.models import ConflictOfInterest, LabelApplication, SavedFilter
from labelling.permissions import REVIEW, user_can_enter_desk
from labelling.states import ApplicationState

MOST = 200
"""Vendors reminded at once."""
FILTERS_KEPT = 30


class WorkloadView(TeamScreen, TemplateView):
    """Who holds how much, who is late, who is away."""

    template_name = "labelling/admin/workload.html"
    page_title = _("Charge de chacun")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(loads=review_desk.workload(timezone.localdate()), **kwargs)


class ConflictsView(DeskScreen, TemplateView):
    """One's conflicts of interest; an administrator reads everybody's."""

    template_name = "labelling/admin/conflicts.html"
    page_title = _("Conflits d'intérêts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = ConflictOfInterest.objects.select_related("vendor", "user").order_by("-declared_at")
        if not self.request.user.is_superuser:
            rows = rows.filter(user=self.request.user)
        return super().get_context_data(conflicts=rows[:MOST], **kwargs)


@require_POST
def end_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a conflict of interest is over."""
    conflict = get_object_or_404(ConflictOfInterest, pk=pk)
    reviewing.end_conflict(conflict=conflict, by=request.user)
    messages.success(request, gettext("Ce conflit d'intérêts est terminé."))
    return redirect("desk_conflicts")


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the queue under a name; the same name replaces what it meant."""
    if not user_can_enter_desk(request.user):
        raise PermissionDenied
    known = {*QueueFilterSet.base_filters, "q"}
    asked = QueryDict(request.POST.get("query", ""), mutable=True)
    for name in [name for name in asked if name not in known]:
        del asked[name]
    name = request.POST.get("name", "").strip()
    row = SavedFilter.objects.filter(user=request.user, name=name).first()
    row = row or SavedFilter(user=request.user, name=name)
    row.query = asked.urlencode()
    try:
        row.full_clean()
        if row.pk is None and request.user.label_filters.count() >= FILTERS_KEPT:
            raise ValidationError(
                gettext("Supprimez d'abord un filtre : %d au plus.") % FILTERS_KEPT
            )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('instruction:index')}?{asked.urlencode()}")
    row.save()
    messages.success(request, gettext("Filtre « %s » enregistré.") % name)
    return redirect(row.get_absolute_url())


@require_POST
def delete_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's filters."""
    if not user_can_enter_desk(request.user):
        raise PermissionDenied
    get_object_or_404(SavedFilter, pk=pk, user=request.user).delete()
    messages.success(request, gettext("Filtre supprimé."))
    return redirect("instruction:index")


class RemindForm(forms.Form):
    text = text_field(
        _("Rappel"),
        1000,
        _("Écrivez le rappel : l'offreur le lit."),
        _("Le même pour tous, envoyé par courriel. Le numéro du dossier et la fiche y sont déjà."),
    )
    files = forms.ModelMultipleChoiceField(
        queryset=LabelApplication.objects.none(),
        error_messages={
            "required": _("Cochez au moins un dossier."),
            "invalid_choice": _("Un dossier n'attend plus l'offreur : relisez la liste."),
        },
    )

    def __init__(self, *args: Any, files: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].queryset = files
        self.fields["text"].initial = gettext(
            "Nous attendons votre réponse pour poursuivre l'instruction de votre demande. Sans réponse "
            "avant l'échéance, elle deviendra caduque."
        )


class RemindersView(DeskScreen, FormView):
    """Who gets a reminder, who had one this week; sent once."""

    template_name = "labelling/admin/reminders.html"
    page_title = _("Relancer les offreurs")
    form_class = RemindForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def waiting(self) -> QuerySet[LabelApplication]:
        """Files that wait for their vendor, among those that the queue's filters keep."""
        rows = review_desk.files_for(self.request.user)
        waiting = rows.filter(state=str(ApplicationState.AWAITING_VENDOR))
        asked = self.request.GET.copy()
        asked.setlist("cause", ["awaiting"])
        found = QueueFilterSet(asked, waiting, request=self.request).qs
        return found.defer(*review_desk.HEAVY).order_by("answer_due_on", "pk")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "files": self.waiting}

    def form_valid(self, form: RemindForm) -> HttpResponse:
        sent = 0
        for file in form.cleaned_data["files"][:MOST]:
            try:
                chasing.remind(
                    application=file, by=self.request.user, text=form.cleaned_data["text"]
                )
            except (Refused, PermissionDenied) as error:
                messages.warning(self.request, f"{file.number} : {error}")
            else:
                sent += 1
        if sent:
            words = ngettext("%d offreur relancé.", "%d offreurs relancés.", sent)
            messages.success(self.request, words % sent)
        return redirect("instruction:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recently = timezone.now() - chasing.REMINDED_EVERY
        rows = self.waiting.select_related("vendor", "listing__page").annotate(
            reminded_at=Max("events__at", filter=Q(events__name="reminder"))
        )
        files = list(rows[: MOST + 1])
        context = super().get_context_data(**kwargs)
        form = context["form"]
        ticked = set(form.data.getlist("files")) if form.is_bound else None
        today = timezone.localdate()
        return {
            **context,
            "too_many": len(files) > MOST,
            "most": MOST,
            "rows": [
                {
                    "file": file,
                    "is_recent": recent,
                    "is_late": file.answer_due_on < today,
                    "ticked": not recent if ticked is None else str(file.pk) in ticked,
                }
                for file in files[:MOST]
                for recent in [file.reminded_at is not None and file.reminded_at > recently]
            ],
            "submit_button_label": gettext("Envoyer ces rappels"),
        }
