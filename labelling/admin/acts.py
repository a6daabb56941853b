"""What the screens of one act share: who may, what happens if one does it, what was typed is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.widgets import AdminAutoHeightTextInput

from accounts.models import User
from accounts.services import Refused
from labelling import procedure
from labelling.admin.desk import FileScreen
from labelling.permissions import Thing
from labelling.procedure import subject_of
from labelling.state_words import Audience, state_label
from labelling.states import transition


def words_field(label: Any, longest: int, missing: Any, help_text: Any = "") -> forms.CharField:
    """A text that is asked for, with what to say when it lacks."""
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        error_messages={"required": missing},
        widget=AdminAutoHeightTextInput(attrs={"rows": 4}),
    )


class ReliefForm(forms.Form):
    """Why what weighed on a label is lifted, or a proposal sent back."""

    comment = words_field(
        _("Motifs"), 4000, _("Écrivez pourquoi : l'offreur le lit."), _("Repris dans la lettre.")
    )


@dataclass(frozen=True)
class Act:
    """An act.

    :param transition: its name in the table of `labelling.states`.
    :param explanation: what happens if one does it.
    :param run: called with the thing, who does it, and what was typed.
    """

    transition: str
    label: Any
    explanation: Any
    form: type[forms.Form]
    done: Any
    run: Callable[..., Any]
    is_grave: bool = False


def why_not(thing: Thing, name: str, user: User) -> str:
    """Why somebody may not take a transition now, in French; empty when they may."""
    row = transition(subject_of(thing), name)
    if row in procedure.offered(user, thing):
        return ""
    if thing.state in row.sources:
        return procedure.why_not(row, thing, user)
    words = state_label(subject_of(thing), thing.state, Audience.STAFF)
    return gettext("Il n'y a rien à décider : l'état est « %s ».") % words


class ActScreen(FileScreen, FormView):
    """The screen of one act on a file, an award or an appeal."""

    template_name = "labelling/admin/act.html"

    @property
    def thing(self) -> Thing:
        """What is acted on."""
        return self.file

    @property
    def target(self) -> Any:
        """What the service is given."""
        return self.thing

    @property
    def act(self) -> Act:
        """What is done here."""
        raise NotImplementedError

    @property
    def back(self) -> str:
        """Where it is decided from."""
        return self.file_url

    def facts(self) -> list[tuple[Any, Any]]:
        """What to read before: words and texts."""
        return []

    def why_not(self) -> str:
        """Why the user may not do it; empty when they may."""
        return why_not(self.thing, self.act.transition, self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if words := self.why_not():
            messages.error(request, words)
            return redirect(self.back)
        return super().get(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return self.act.form

    def form_valid(self, form: forms.Form) -> HttpResponse:
        done = self.act.done  # of what it is now: it is something else afterwards
        try:
            self.act.run(self.target, self.request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        except PermissionDenied as error:
            form.add_error(None, str(error) or gettext("Vous n'avez pas ce droit sur ce dossier."))
            return self.render_to_response(self.get_context_data(form=form), status=403)
        messages.success(self.request, done)
        return redirect(self.back)

    def get_page_title(self) -> Any:
        return self.act.label

    def get_page_subtitle(self) -> str:
        return str(self.thing)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            action_url=self.request.path,
            submit_button_label=self.act.label,
            act=self.act,
            explanation=self.act.explanation,
            facts=self.facts(),
            back=self.back,
            **kwargs,
        )
