"""Official lists in the admin: what was imported and what it changed, and what each holds."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput
from wagtail.permissions import register_permission_policy

from catalogue.admin.columns import day_column
from catalogue.admin.dated import DatedFilterSet
from catalogue.admin.filters import Radios
from catalogue.admin.official_words import (
    FIELDS,
    Line,
    change_sections,
    change_words,
    day_words,
    sheet_address,
)
from catalogue.admin.policies import NarrowPolicy
from catalogue.claim_words import about
from catalogue.list_files import (
    MAX_CHARACTERS,
    columns_of,
    decoded,
    required_of,
    with_plain_ends,
)
from catalogue.list_imports import Report, import_list
from catalogue.models import ListImport, OfficialEntry, OfficialList

LOG_ACTIONS = (
    ("import", _("Importer une liste"), _("Liste officielle importée")),
    (
        "claim",
        _("Suivre une liste officielle"),
        _("Fin d'une vérification changée par une liste officielle"),
    ),
)
"""What an import writes in histories: last part of the action, label, sentence."""

_CLAIMS_SHOWN = 100


class ListPolicy(NarrowPolicy):
    """Lists are imported and read; no line is edited or deleted by hand."""

    actions = frozenset({"view", "add"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)


class EntryPolicy(ListPolicy):
    """The lines themselves are only read."""

    actions = frozenset({"view"})


register_permission_policy(ListImport, ListPolicy(ListImport))
register_permission_policy(OfficialEntry, EntryPolicy(OfficialEntry))


class ListForm(forms.Form):
    """The whole file of a list, or its text; what was sent comes back as text, to be corrected."""

    list = forms.ChoiceField(
        label=_("Liste"), choices=OfficialList.choices, widget=forms.RadioSelect
    )
    dated_on = forms.DateField(label=_("Liste arrêtée au"), widget=AdminDateInput)
    source_url = forms.URLField(label=_("Où elle est publiée"), required=False, max_length=200)
    file = forms.FileField(
        label=_("Fichier CSV de la liste entière"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("En UTF-8, colonnes séparées par « ; » ou « , »."),
    )
    text = forms.CharField(
        label=_("Ou son texte"),
        required=False,
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("Le texte du fichier s'affiche ici après l'aperçu : vous pouvez le corriger."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["text"] = with_plain_ends(data.get("text", ""))  # a browser makes the ends its own
        file = data.get("file")
        if file and file.size > MAX_CHARACTERS:
            self.add_error("file", _("Ce fichier est trop gros pour une liste."))
        elif file:
            try:
                data["text"] = decoded(file.read())
            except ValidationError as error:
                self.add_error("file", error)
            else:
                self.data = self.data.copy()
                self.data["text"] = data["text"]
        if not self.errors and not data["text"].strip():
            self.add_error("file", _("Choisissez un fichier, ou collez le texte de la liste."))
        return data


class ListImportView(generic.CreateView):
    """Send a list, read what it would change, then import exactly that."""

    template_name = "catalogue/admin/list_import.html"
    page_title = page_subtitle = _("Importer une liste officielle")
    preview: Report | None = None
    token = ""
    problems: Sequence[str] = ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        *items, last = super().get_breadcrumbs_items()
        return [*items, {**last, "label": self.page_title}]

    def get_form(self, form_class: Any = None) -> ListForm:
        if self.request.method == "POST":
            return ListForm(self.request.POST, self.request.FILES)
        return ListForm(initial={"dated_on": timezone.localdate()})

    def form_valid(self, form: ListForm) -> HttpResponse:
        about_list = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        source = about_list.pop("text")
        try:
            report = self._import(about_list, source, dry_run=True)
        except ValidationError as error:
            self.problems = error.messages
            form.add_error("text", _("À corriger : voyez en haut de la page."))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)
        self.token = _token({**about_list, "text": source}, report)
        seen = self.request.POST.get("seen", "")
        if "import" not in self.request.POST or seen != self.token:
            if "import" in self.request.POST:
                text = _("Ce qui serait importé a changé depuis l'aperçu : relisez-le.")
                messages.warning(self.request, text)
            self.preview, self.form = report, form
            return self.render_to_response(self.get_context_data())
        return self._done(self._import(about_list, source, dry_run=False))

    def _import(self, about_list: dict[str, Any], source: str, *, dry_run: bool) -> Report:
        by = self.request.user
        return import_list(**about_list, source=source, by=by, dry_run=dry_run)

    def _done(self, report: Report) -> HttpResponse:
        if report.row is None:
            messages.success(self.request, _("Cette liste était déjà importée : rien ne change."))
            return redirect(self.index_url_name)
        text = _("Liste importée : %s.") % change_words(report.changes)
        messages.success(self.request, text)
        return redirect("listes-officielles:inspect", report.row.pk)

    def get_error_message(self) -> Any:
        return _("La liste n'est pas importée : voyez ce qu'il faut corriger.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        columns = [
            (label, ", ".join(columns_of(name)), ", ".join(required_of(name)))
            for name, label in OfficialList.choices
        ]
        report = self.preview
        return super().get_context_data(
            **kwargs,
            columns=columns,
            preview=report,
            problems=self.problems,
            sections=change_sections(report.changes) if report else (),
            words=change_words(report.changes) if report else "",
            token=self.token,
        )


def _token(given: Mapping[str, Any], report: Report) -> str:
    """Fingerprint of what was read before it is imported: what was sent, and what it changes."""
    text = json.dumps([given, report.changes], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class ReadView(generic.InspectView):
    """Something to read only: what it is, then what hangs on it."""

    template_name = "catalogue/admin/list_read.html"

    def shown(self) -> list[tuple[Any, Any]]:
        """What there is to know of it."""
        raise NotImplementedError

    def sections(self) -> Iterable[tuple[Any, list[Line]]]:
        """What hangs on it, under French titles."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, fields_shown=self.shown(), sections=self.sections()
        )


class ListChangesView(ReadView):
    """One import and all that it changed."""

    page_title = _("Import d'une liste officielle")

    def shown(self) -> list[tuple[Any, Any]]:
        row = self.object
        return [
            (_("Liste"), row.get_list_display()),
            (_("Arrêtée au"), day_words(row.dated_on.isoformat())),
            (_("Source"), row.source_url or "–"),
            (_("Importée le"), date_format(timezone.localtime(row.imported_at), "DATETIME_FORMAT")),
            (_("Par"), f"{row.by or _('une commande')}"),
            (_("Lignes"), row.rows),
            (_("Empreinte SHA-256"), row.sha256),
            (_("Ce qui a changé"), change_words(row.changes)),
        ]

    def sections(self) -> Iterable[tuple[Any, list[Line]]]:
        return change_sections(self.object.changes)


class EntryView(ReadView):
    """A line of a list, and the claims that were checked against it."""

    page_title = _("Ligne d'une liste officielle")

    def shown(self) -> list[tuple[Any, Any]]:
        row = self.object
        optional = [(FIELDS.get(key, key), value) for key, value in row.detail.items()]
        optional += [(_("Référence"), row.legal_reference), (_("Source"), row.source_url)]
        return [
            (_("Liste"), row.get_list_display()),
            (_("Libellé"), f"{row.label}{now(' (fictive)') if row.is_fictitious else ''}"),
            (_("Code"), row.code),
            (_("À partir du"), day_words(row.valid_from.isoformat())),
            (_("Jusqu'au"), day_words(row.valid_to.isoformat() if row.valid_to else "")),
            *((label, value) for label, value in optional if value),
            (_("Vue pour la dernière fois"), row.last_import or "–"),
        ]

    def sections(self) -> Iterable[tuple[Any, list[Line]]]:
        claims = self.object.claims.select_related("listing__page")[:_CLAIMS_SHOWN]
        lines = [
            (
                f"{claim.listing}, {about(claim).title} : "
                + (
                    day_words(claim.expires_on.isoformat()) if claim.expires_on else now("sans fin")
                ),
                sheet_address(claim.listing.page_id),
            )
            for claim in claims
        ]
        return [(_("Allégations vérifiées sur cette ligne, et jusqu'à quand"), lines)] * bool(lines)


class ImportFilterSet(WagtailFilterSet):
    """Imports of a list."""

    list = Radios(label=_("Liste"), choices=OfficialList.choices)

    class Meta:
        model = ListImport
        fields: tuple[str, ...] = ()


class EntryFilterSet(DatedFilterSet):
    """Lines of a list, in force on a day."""

    list = Radios(label=_("Liste"), choices=OfficialList.choices)
    on = django_filters.DateFilter(
        label=_("En vigueur le"), method="filter_on", widget=AdminDateInput
    )

    class Meta:
        model = OfficialEntry
        fields: tuple[str, ...] = ()

    def filter_on(self, queryset: QuerySet, name: str, value: dt.date) -> QuerySet:
        return queryset.at(value)


class ListViewSet(ModelViewSet):
    """What the two menus share."""

    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    form_fields = ["list"]  # the viewset asks for it; what imports has a form of its own
    list_per_page = 50
    search_backend_name = None


class ListIndexView(generic.IndexView):
    """Imports, the latest first."""

    add_item_label = _("Importer une liste")


class ListImportViewSet(ListViewSet):
    """« Listes officielles » in the menu."""

    model = ListImport
    name = "listes-officielles"
    icon = "list-ul"
    menu_label = _("Listes officielles")
    index_view_class = ListIndexView
    add_view_class = ListImportView
    inspect_view_class = ListChangesView
    filterset_class = ImportFilterSet
    ordering = ["-dated_on", "-pk"]
    list_display = [
        TitleColumn(
            "list",
            label=_("Liste"),
            accessor="get_list_display",
            get_url=lambda row: reverse("listes-officielles:inspect", args=[row.pk]),
        ),
        day_column("dated_on", _("Arrêtée au")),
        Column("source_url", label=_("Source")),
        Column("rows", label=_("Lignes")),
        Column(
            "changes",
            label=_("Ce qui a changé"),
            accessor=lambda row: change_words(row.changes),
        ),
        DateColumn("imported_at", label=_("Importée le"), sort_key="imported_at"),
    ]


def _state(row: OfficialEntry) -> Any:
    today = timezone.localdate()
    if row.valid_from > today:
        return _("À venir")
    return _("Terminée") if row.valid_to and row.valid_to < today else _("En vigueur")


class OfficialEntryViewSet(ListViewSet):
    """« Lignes des listes » in the menu."""

    model = OfficialEntry
    name = "lignes-officielles"
    icon = "list-ol"
    menu_label = _("Lignes des listes")
    inspect_view_class = EntryView
    filterset_class = EntryFilterSet
    ordering = ["list", "label", "-valid_from"]
    search_fields = ["code", "label", "legal_reference"]
    list_display = [
        TitleColumn(
            "label",
            label=_("Libellé"),
            get_url=lambda row: reverse("lignes-officielles:inspect", args=[row.pk]),
        ),
        Column("code", label=_("Code")),
        Column("list", label=_("Liste"), accessor="get_list_display", sort_key="list"),
        day_column("valid_from", _("Du")),
        day_column("valid_to", _("Au")),
        StatusTagColumn(
            "state",
            label=_("État"),
            accessor=_state,
            primary=lambda row: (
                row.valid_from <= timezone.localdate() <= (row.valid_to or dt.date.max)
            ),
        ),
    ]
