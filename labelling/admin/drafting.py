"""Writing a draft: starting it, its text, what it says of itself, its themes and criteria, its end."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages

from accounts.services import Refused
from labelling import editing, publishing
from labelling.admin.forms import (
    CriterionForm,
    DraftForm,
    HeadForm,
    StartForm,
    TextForm,
    ThemeForm,
    typed_from,
)
from labelling.admin.screens import (
    NOT_IN_PARTS,
    EditScreen,
    VersionScreen,
    WritingScreen,
    address,
)
from labelling.definition import InvalidDefinition
from labelling.models import ReferentialVersion
from labelling.permissions import user_can_draft


class StartView(VersionScreen, FormView):
    """« Préparer une nouvelle version » from a published one."""

    template_name = "labelling/admin/edit.html"
    form_class = StartForm
    page_title = gettext_lazy("Préparer une nouvelle version")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not user_can_draft(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: StartForm) -> HttpResponse:
        number = form.cleaned_data["version"]
        try:
            draft = publishing.start_draft(
                from_version=self.version, by=self.request.user, version=number
            )
        except (Refused, InvalidDefinition) as error:
            form.add_error("version", str(error))
            return self.form_invalid(form)
        except editing.CannotEdit:
            form.add_error(None, NOT_IN_PARTS)
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("Brouillon prêt ; il commencerait à s'appliquer le %(day)s, à changer au besoin.")
            % {"day": f"{draft.valid_from:%d/%m/%Y}"},
        )
        return redirect(address("criteria", draft))


class TextView(EditScreen):
    """The whole file of a draft."""

    tab = "text"
    form_class = TextForm
    page_title = gettext_lazy("Texte entier")

    def typed_from(self, version: ReferentialVersion) -> dict[str, Any]:
        return {"source": version.source}

    def new_source(self, form: DraftForm) -> str:
        return form.cleaned_data["source"]

    def get_success_url(self) -> str:
        return address("text", self.version)


class HeadView(EditScreen):
    """What a draft says of itself: number, title, dates, notes."""

    tab = "head"
    form_class = HeadForm
    page_title = gettext_lazy("Généralités")

    def typed_from(self, version: ReferentialVersion) -> dict[str, Any]:
        definition = version.definition
        return {name: getattr(definition, name) for name in HeadForm.base_fields if name != "seen"}

    def new_source(self, form: DraftForm) -> str:
        return editing.set_head(self.version.source, form.values())


class CriteriaView(WritingScreen, TemplateView):
    """Themes and criteria in their order, each with its buttons."""

    tab = "criteria"
    template_name = "labelling/admin/criteria.html"
    page_title = gettext_lazy("Thèmes et critères")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        table, _colon, id = request.POST.get("row", "").partition(":")
        up = request.POST.get("action") == "up"
        if table not in editing.TABLES:
            raise Http404
        try:
            source = editing.move_row(self.version.source, table, id, up=up)
            self.save(source, request.POST.get("seen", ""))
        except KeyError as error:
            raise Http404 from error
        except (Refused, InvalidDefinition) as error:
            messages.error(request, _("Rien n'a changé : %s") % error)
        except editing.CannotEdit:
            messages.error(request, NOT_IN_PARTS)
        return redirect(f"{request.path}#{id}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        definition = self.version.definition
        return super().get_context_data(
            themes=[(theme, definition.of_theme(theme.id)) for theme in definition.themes],
            **kwargs,
        )


class RowView(EditScreen):
    """A theme or a criterion of a draft, or a new one; `action=remove` takes it out."""

    table = ""
    page_title_new: Any = ""
    tab = "criteria"

    @property
    def page_title(self) -> Any:
        return self.kwargs.get("id") or self.page_title_new

    @cached_property
    def row(self) -> dict[str, Any]:
        """What the draft says of it; nothing for a new one."""
        return self._row_of(self.version)

    def _row_of(self, version: ReferentialVersion) -> dict[str, Any]:
        id = self.kwargs.get("id")
        if id is None:
            return {}
        found = [row for row in version.data[self.table] if row["id"] == id]
        if not found and version is self.version:
            raise Http404
        return found[0] if found else {}

    def get_form(self, form_class: Any = None) -> DraftForm:
        form = super().get_form(form_class)
        if self.row:
            form.fields["id"].disabled = True
        return form

    def about(self, form: DraftForm) -> str:
        return form.cleaned_data["id"]

    def typed_from(self, version: ReferentialVersion) -> dict[str, Any]:
        return typed_from(self._row_of(version)) if self.kwargs.get("id") else {}

    def new_source(self, form: DraftForm) -> str:
        values = form.values()
        if self.row:
            return editing.set_row(self.version.source, self.table, self.row["id"], values)
        return editing.add_row(self.version.source, self.table, values)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") != "remove" or not self.row:
            return super().post(request, *args, **kwargs)
        try:
            self._require_removable()
            source = editing.remove_row(self.version.source, self.table, self.row["id"])
            self.save(source, request.POST.get("seen", ""))
        except (Refused, InvalidDefinition) as error:
            messages.error(request, str(error))
            return redirect(request.path)
        except editing.CannotEdit:
            messages.error(request, NOT_IN_PARTS)
            return redirect(request.path)
        messages.success(request, _("« %s » est retiré du brouillon.") % self.row["id"])
        return redirect(self.get_success_url())

    def _require_removable(self) -> None:
        """Raise `Refused` when something else of the draft needs it."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(removable=bool(self.row), **kwargs)


class ThemeView(RowView):
    """A theme."""

    table = "theme"
    form_class = ThemeForm
    page_title_new = gettext_lazy("Nouveau thème")

    def _require_removable(self) -> None:
        if self.version.definition.of_theme(self.row["id"]):
            raise Refused(
                _("Ce thème a encore des critères : déplacez-les ou retirez-les d'abord.")
            )


class CriterionView(RowView):
    """A criterion; a new one begins in the theme `?theme=`."""

    table = "criterion"
    form_class = CriterionForm
    page_title_new = gettext_lazy("Nouveau critère")

    def get_form_kwargs(self) -> dict[str, Any]:
        themes = [(theme.id, theme.title) for theme in self.version.definition.themes]
        return {**super().get_form_kwargs(), "themes": themes}

    def get_initial(self) -> dict[str, Any]:
        usual = {"theme": self.request.GET.get("theme", ""), "weight": 1, "max_age_months": 12}
        return {**usual, "origin": "catalogue", **super().get_initial()}

    def _require_removable(self) -> None:
        if names := self.version.definition.naming(self.row["id"]):
            raise Refused(
                _("Ce critère reste : la condition de %s le nomme. Changez-la d'abord.")
                % ", ".join(names)
            )


class PublishView(WritingScreen, TemplateView):
    """The last look before a draft becomes a version for good."""

    tab = "publish"
    template_name = "labelling/admin/publish.html"
    page_title = gettext_lazy("Publier")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            publishing.publish_draft(
                draft=self.version, by=request.user, seen_sha256=request.POST.get("seen", "")
            )
        except (Refused, InvalidDefinition) as error:
            messages.error(request, str(error))
            return redirect(request.path)
        messages.success(
            request,
            _("Version publiée ; les entreprises qui perdraient quelque chose sont prévenues."),
        )
        return redirect(address("inspect", self.version))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        current = self.version.referential.versions.in_force(self.version.valid_from).first()
        return super().get_context_data(replaced=current, **kwargs)


class DeleteView(WritingScreen, TemplateView):
    """Dropping a draft."""

    tab = "delete"
    template_name = "labelling/admin/delete.html"
    page_title = gettext_lazy("Supprimer")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = str(self.version)
        try:
            publishing.delete_draft(draft=self.version, by=request.user)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Le brouillon %s est supprimé.") % name)
        return redirect(reverse("referentiels:index"))
