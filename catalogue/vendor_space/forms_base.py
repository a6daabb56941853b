"""What the forms of the vendor space share: DSFR's classes, drafts that may be incomplete."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Manager, Model
from django.forms.models import construct_instance

from accounts.models import User


class DsfrMixin:
    """Give widgets the classes of the State's design system."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


def dress(field: forms.Field) -> forms.Field:
    """Give one widget its class; boxes to tick have none."""
    widget = field.widget
    if isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.HiddenInput):
        return field
    kinds = {forms.Select: "fr-select", forms.FileInput: "fr-upload"}
    chosen = (name for kind, name in kinds.items() if isinstance(widget, kind))
    widget.attrs["class"] = next(chosen, "fr-input")
    return field


class DraftForm(DsfrMixin, forms.ModelForm):
    """Fields of a draft: what is typed must make sense, what is missing may wait.

    Only the form's own fields are cleaned; `submit()` cleans the whole sheet.
    """

    def _post_clean(self) -> None:
        exclude = self._get_validation_exclusions()
        options = self._meta
        self.instance = construct_instance(self, self.instance, options.fields, options.exclude)
        try:
            self.instance.clean_fields(exclude=exclude)
        except ValidationError as error:
            self._update_errors(error)

    def apply(self, by: User) -> Any:
        """Write what was typed into the draft in memory, and return it."""
        self._save_m2m()
        return self.instance

    def written(self) -> dict[str, Any]:
        """What stands in each field of an unbound form, comparable and ready to show."""
        return {name: _plain(self[name].value()) for name in self.fields}


class Group(NamedTuple):
    """Fields under a heading; folded away while nothing is written in an optional one."""

    title: Any
    fields: list[forms.BoundField]
    folded: bool = False


def group(form: forms.BaseForm, title: Any, names: Iterable[str], *, optional: bool) -> Group:
    """Gather fields of a form; lists without a single box are left out."""
    fields = [form[name] for name in names]
    fields = [f for f in fields if f.widget_type != "checkboxselectmultiple" or f.field.choices]
    written = any(f.errors or f.value() not in (None, "", False, [], "none") for f in fields)
    return Group(title, fields, folded=optional and not written)


def _plain(value: Any) -> Any:
    if isinstance(value, Manager) or (isinstance(value, Iterable) and not isinstance(value, str)):
        rows = value.all() if isinstance(value, Manager) else value
        return sorted(str(row.pk if isinstance(row, Model) else row) for row in rows)
    return "" if value is None else str(value)


def shown(field: forms.Field, value: Any) -> str:
    """A value of `written` in words."""
    choices = getattr(field, "choices", None)
    if choices is None:
        return str(value)
    labels = dict(_flat(choices))
    values = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(code), str(code)) for code in values)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for code, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(code), str(label)
