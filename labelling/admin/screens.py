"""What the screens about one version share: who may open them, their links, saving a draft."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from accounts.services import Refused
from labelling import publishing
from labelling.admin.forms import DraftForm
from labelling.definition import InvalidDefinition
from labelling.editing import CannotEdit
from labelling.models import ReferentialVersion
from labelling.permissions import user_can_draft, user_can_read_drafts

READING = (
    ("inspect", _("Résumé")),
    ("preview", _("Aperçu")),
    ("differences", _("Différences")),
    ("impact", _("Qui perd quoi")),
)
WRITING = (
    ("criteria", _("Thèmes et critères")),
    ("head", _("Généralités")),
    ("text", _("Texte entier")),
    ("publish", _("Publier")),
    ("delete", _("Supprimer")),
)
NOT_IN_PARTS = _(
    "Ce fichier n'est pas écrit comme on l'attend, une table par thème et par critère : modifiez-le "
    "par son texte entier."
)


def address(screen: str, version: ReferentialVersion) -> str:
    """Where a screen about a version is."""
    name = "referentiels:inspect" if screen == "inspect" else f"referential_{screen}"
    return reverse(name, args=[version.pk])


def tabs_of(version: ReferentialVersion, user: User, current: str) -> list[tuple[Any, str, bool]]:
    """Words and address of each screen about a version, and whether it is this one."""
    writes = version.published_at is None and user_can_draft(user)
    screens = (*READING, *(WRITING if writes else ()))
    return [(words, address(name, version), name == current) for name, words in screens]


class VersionScreen(WagtailAdminTemplateMixin):
    """A screen about one version, for who may read drafts."""

    header_icon = "form"
    tab = ""

    @cached_property
    def version(self) -> ReferentialVersion:
        """The version that the address names."""
        rows = ReferentialVersion.objects.select_related("referential")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_read_drafts(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.version)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("referentiels:index"), "label": _("Référentiels")},
            {"url": address("inspect", self.version), "label": str(self.version)},
            {"url": "", "label": self.page_title, "sublabel": str(self.version)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = tabs_of(self.version, self.request.user, self.tab)
        return super().get_context_data(version=self.version, tabs=tabs, **kwargs)


class WritingScreen(VersionScreen):
    """The same for who may draft; a published version leads back to its page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_draft(request.user):
            raise PermissionDenied
        if self.version.published_at is not None:
            messages.warning(request, _("Cette version est publiée : elle ne change plus."))
            return redirect(address("inspect", self.version))
        return super().dispatch(request, *args, **kwargs)

    def save(self, source: str, seen: str) -> None:
        """Save the draft, as `publishing.save_draft` does."""
        publishing.save_draft(
            draft=self.version, source=source, by=self.request.user, seen_sha256=seen
        )


class EditScreen(WritingScreen, FormView):
    """A form about a part of a draft: what is refused is said beside it, and nothing typed is lost."""

    template_name = "labelling/admin/edit.html"
    done = _("Brouillon enregistré.")
    theirs: list[tuple[str, str]] = []

    def get_initial(self) -> dict[str, Any]:
        return {**self.typed_from(self.version), "seen": self.version.sha256}

    def typed_from(self, version: ReferentialVersion) -> dict[str, Any]:
        """What the form shows of a draft."""
        raise NotImplementedError

    def new_source(self, form: DraftForm) -> str:
        """The text of the draft with what was typed."""
        raise NotImplementedError

    def about(self, form: DraftForm) -> str:
        """Theme or criterion that the form is about, whose problems go beside its fields."""
        return ""

    def get_success_url(self) -> str:
        return address("criteria", self.version)

    def form_valid(self, form: DraftForm) -> HttpResponse:
        try:
            self.save(self.new_source(form), form.cleaned_data["seen"])
        except InvalidDefinition as error:
            form.place(error.problems, self.about(form))
        except publishing.Conflict as error:
            form.add_error(None, str(error))
            self.theirs = form.see(error.theirs.sha256, self.typed_from(error.theirs))
        except Refused as error:
            form.add_error(None, str(error))
        except CannotEdit:
            form.add_error(None, NOT_IN_PARTS)
        else:
            messages.success(self.request, self.done)
            return redirect(self.get_success_url())
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(theirs=self.theirs, **kwargs)
