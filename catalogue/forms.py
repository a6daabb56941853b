"""Forms of the catalogue's screens in the admin; the rules themselves live in models and services."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.admin.widgets import AdminDateInput

from catalogue.admin.choosers import vendor_chooser
from catalogue.models import Category, Claim, Evidence, Vendor


class CategoryIterator(ModelChoiceIterator):
    """Choices of categories, each mother a group with its own box first."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        rows = list(self.queryset.order_by("position", "name"))
        for mother in rows:
            if mother.parent_id is None:
                children = [row for row in rows if row.parent_id == mother.pk]
                whole = (self.choice(mother)[0], _("Toute la catégorie « %s »") % mother.name)
                yield (mother.name, [whole, *(self.choice(child) for child in children)])

    def __len__(self) -> int:
        return self.queryset.count()


class CategoriesField(forms.ModelMultipleChoiceField):
    """Categories as boxes to tick, grouped by mother category."""

    iterator = CategoryIterator
    widget = forms.CheckboxSelectMultiple


class SolutionForm(WagtailAdminPageForm):
    """A sheet in the admin. Whose it is is asked once, at creation: it is no part of revisions."""

    vendor = forms.ModelChoiceField(
        label=_("Offreur"),
        queryset=Vendor.objects.all(),
        widget=vendor_chooser.widget_class,
        required=True,
        help_text=_("À qui appartient la fiche. Une fiche ne change pas d'offreur ici."),
        error_messages={"required": _("Choisissez l'offreur à qui appartient la fiche.")},
    )
    categories = CategoriesField(
        label=_("Catégories"), queryset=Category.objects.all(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["vendor"]


class WithUidForm(WagtailAdminModelForm):
    """A child of a sheet that keeps its `uid` through drafts, where it has no primary key yet.

    The form carries the uid in a hidden field, empty for a new child. Two children with one uid
    are refused by the formset, since the model declares it unique on a sheet.
    """

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        stored = kwargs.get("instance")
        super().__init__(*args, **kwargs)
        if stored is not None:
            self.initial["uid"] = stored.uid

    def _post_clean(self) -> None:
        # A child that the database knows has its uid already: nobody may type another.
        if self.instance.pk is None and self.cleaned_data.get("uid"):
            self.instance.uid = self.cleaned_data["uid"]
        super()._post_clean()

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Tell the open page the uid that the first background save gave."""
        name = self.add_prefix("uid")
        updates = super().get_field_updates_for_resave()
        if self.prefix and not self.data.get(name):
            updates.append((name, str(self.instance.uid)))
        return updates


class SolutionCopyForm(CopyForm):
    """Copy of a sheet: always a sheet of its own, never an alias kept in step with the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)


EVIDENCE_EXTENSIONS = ("pdf", "png", "jpg", "jpeg", "odt", "ods", "docx", "xlsx", "csv", "txt")
EVIDENCE_MAX_BYTES = 10 * 1024 * 1024


class EvidenceForm(forms.ModelForm):
    """A proof: a file that only the admin hands out, or a public address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django compares a field whose default is computed with a hidden twin, which our panel
        # does not print: the blank row would always count as filled in.
        self.fields["added_on"].show_hidden_initial = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # An address typed over a file takes its place: nothing else on the form removes the file.
        if cleaned.get("url") and "file" not in self.changed_data:
            cleaned["file"] = False
            self.instance.sha256 = ""
        return cleaned

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file or "file" not in self.changed_data:
            return file
        if file.name.rsplit(".", 1)[-1].lower() not in EVIDENCE_EXTENSIONS:
            raise ValidationError(
                _("Format refusé. Formats acceptés : %s.") % ", ".join(EVIDENCE_EXTENSIONS)
            )
        if file.size > EVIDENCE_MAX_BYTES:
            raise ValidationError(_("Fichier trop lourd : 10 Mo au plus."))
        return file

    def save(self, commit: bool = True) -> Any:
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            self.instance.sha256 = digest.hexdigest()
        return super().save(commit)


EvidenceFormSet = forms.inlineformset_factory(
    Claim,
    Evidence,
    form=EvidenceForm,
    fields=("title", "url", "file", "is_public", "restriction_reason", "added_on", "expires_on"),
    # The stock widget links to the file's address, and evidence has none.
    widgets={
        "file": forms.FileInput,
        "added_on": AdminDateInput,
        "expires_on": AdminDateInput,
    },
    extra=1,
)


class ClaimForm(WagtailAdminModelForm):
    """A claim with its evidence, checked and saved together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence = EvidenceFormSet(
            self.data if self.is_bound else None,
            self.files if self.is_bound else None,
            instance=self.instance,
            queryset=Evidence.objects.filter(is_draft=False),
            prefix="evidence",
        )
        if self.instance.pk is None:
            kinds = self.fields["kind"].choices
            # An answer comes with the questionnaire, never from here.
            self.fields["kind"].choices = [row for row in kinds if row[0] != Claim.Kind.ANSWER]
        listing = self._listing()
        subjects = dict(subjects_of(listing))
        if self.instance.pk is not None and self.instance.subject is not None:
            subjects.setdefault(str(self.instance.subject), _("Retirée de la fiche"))
        self.fields["subject"] = forms.TypedChoiceField(
            label=_("Porte sur"),
            choices=[("", _("La fiche entière")), *subjects.items()],
            coerce=str,
            empty_value=None,
            required=False,
            help_text=_(
                "Pour viser une offre ou une référence, ajoutez l'allégation depuis sa fiche."
            ),
        )
        if self.instance.pk is not None:
            # What was verified is not made to bear on something else.
            for name in ("listing", "kind", "subject"):
                self.fields[name].disabled = True

    def _listing(self) -> Any:
        from_field = self["listing"].value()
        field = self.fields["listing"]
        try:
            return field.clean(getattr(from_field, "pk", from_field))
        except ValidationError:
            return None

    def is_multipart(self) -> bool:
        return True

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.evidence.is_valid()])

    def save(self, commit: bool = True) -> Any:
        if commit and self.instance.pk is not None:
            # All that may be edited: what was verified or contested meanwhile is not written back.
            self.instance.save(update_fields=["declared_on"])
        claim = super().save(commit and self.instance.pk is None)
        if commit:
            self.evidence.instance = claim
            self.evidence.save()
        return claim


def subjects_of(listing: Model | None) -> list[tuple[str, Any]]:
    """What a claim on that sheet can bear on: (uid, label) of its published or draft children."""
    if listing is None:
        return []
    sheet = listing.page.get_latest_revision_as_object()
    offers = [(str(row.uid), _("Offre : %s") % row.name) for row in sheet.offers.all()]
    clients = [(str(row.uid), _("Référence : %s") % row.client) for row in sheet.references.all()]
    return offers + clients
