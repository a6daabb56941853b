"""« Reporter les échéances »: after an outage, what would move is shown, then moved once confirmed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.widgets import AdminAutoHeightTextInput

from accounts.services import Refused
from labelling.admin.desk import DeskScreen, closed
from labelling.models import DeadlineShift
from labelling.permissions import user_can_enter_desk
from labelling.shifting import (
    LONGEST_REASON,
    MOST_DAYS,
    shift_deadlines,
    user_can_shift,
    why_not,
    would_move,
)


class ShiftForm(forms.Form):
    """How many days, why, and how many were confirmed."""

    days = forms.IntegerField(
        label=gettext_lazy("Nombre de jours"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("Jours calendaires, ajoutés à chaque échéance."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "Les offreurs le lisent. Dites ce qui a manqué, et de quand à quand."
        ),
        error_messages={"required": gettext_lazy("Écrivez pourquoi : les offreurs le lisent.")},
        widget=AdminAutoHeightTextInput(attrs={"rows": 2}),
    )
    confirmed = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ShiftView(DeskScreen, FormView):
    """Move every deadline that runs, for who decides and signs today."""

    template_name = "labelling/admin/shift.html"
    page_title = gettext_lazy("Reporter les échéances")
    header_icon = "calendar-alt"
    form_class = ShiftForm
    preview: dict[str, Any] | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if user_can_enter_desk(request.user) and not user_can_shift(request.user):
            return closed(
                request,
                _(
                    "Reporter les échéances est réservé à qui décide et a une délégation en vigueur."
                ),
            )
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ShiftForm) -> HttpResponse:
        days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
        if words := why_not(self.request.user, days):
            form.add_error(None, words)
            return self.form_invalid(form)
        if form.cleaned_data["confirmed"] != days:
            return self._ask(form, days)
        try:
            shift = shift_deadlines(days=days, reason=reason, by=self.request.user)
        except Refused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        words = ngettext(
            "Échéances reportées dans %d dossier. Son offreur est prévenu.",
            "Échéances reportées dans %d dossiers. Leurs offreurs sont prévenus.",
            shift.moved,
        )
        messages.success(self.request, words % shift.moved)
        return redirect("label_shift")

    def _ask(self, form: ShiftForm, days: int) -> HttpResponse:
        """Show what would move, and ask for the same again."""
        files, counts = would_move(days)
        self.preview = {"files": files, "counts": counts, "days": days}
        form.data = {**form.data.dict(), "confirmed": str(days)}
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            preview=self.preview,
            action_url=reverse("label_shift"),
            shifts=DeadlineShift.objects.select_related("by")[:20],
            **kwargs,
        )
