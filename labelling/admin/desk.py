"""What the desk's screens share: who may open them, and a refusal in words."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from labelling.models import LabelApplication
from labelling.permissions import (
    has_conflict,
    user_can_enter_desk,
    user_can_read_file,
    user_can_read_files,
)

DESK = {"url": "", "label": _("Instruction des labels")}


def closed(request: HttpRequest, words: str) -> HttpResponse:
    """A refusal that says why, with the status of one."""
    context = {"words": words, "header_title": gettext("Accès refusé")}
    return TemplateResponse(request, "labelling/admin/closed.html", context, status=403)


def why_closed(user: User | AnonymousUser, file: LabelApplication) -> str:
    """Why somebody of the desk may not read a file."""
    if has_conflict(user, file):
        return gettext(
            "Vous avez un conflit d'intérêts avec cet offreur, ou vous en êtes membre : ce dossier ne "
            "vous est pas ouvert."
        )
    return gettext(
        "Ce dossier est lu par les personnes qui instruisent ou décident. Un expert lit seulement le "
        "thème sur lequel on le consulte, tant que son avis est attendu."
    )


class DeskScreen(WagtailAdminTemplateMixin):
    """A screen for who works at the desk."""

    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_enter_desk(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {**DESK, "url": reverse("instruction:index")},
            {"url": "", "label": self.get_page_title()},
        ]


class TeamScreen(DeskScreen):
    """A screen about all files at once, for who reads whole ones: no expert who is only consulted."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_read_files(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class FileScreen(DeskScreen):
    """A screen about one file, for who may read it whole."""

    @cached_property
    def file(self) -> LabelApplication:
        """The file that the address names; a draft is its company's alone."""
        rows = LabelApplication.objects.deposited().select_related(
            "label", "level", "vendor", "holder", "listing__page", "listing__vendor",
            "proposed_level", "handover__assessment__version__referential",
        )  # fmt: skip
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def file_url(self) -> str:
        return reverse("instruction:inspect", args=[self.file.pk])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_enter_desk(request.user):
            raise PermissionDenied
        if not user_can_read_file(request.user, self.file):
            return self.closed()
        return super().dispatch(request, *args, **kwargs)

    def closed(self) -> HttpResponse:
        """What is answered to who may not read the file."""
        return closed(self.request, why_closed(self.request.user, self.file))

    def get_page_subtitle(self) -> str:
        return f"{self.file.number} – {self.file.listing.page.title}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        *before, last = super().get_breadcrumbs_items()
        last = {**last, "sublabel": self.get_page_subtitle()}
        return [*before, {"url": self.file_url, "label": self.file.number}, last]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(file=self.file, file_url=self.file_url, **kwargs)
