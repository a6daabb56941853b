"""Model fields that several models of the catalogue share."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.db import models
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _


@deconstructible
class MaxItems(BaseValidator):
    """At most so many items in a list."""

    message = _("Pas plus de %(limit_value)d lignes ; il y en a %(show_value)d.")
    code = "max_items"

    def compare(self, a: int, b: int) -> bool:
        return a > b

    def clean(self, x: Sequence[Any]) -> int:
        return len(x)


@deconstructible
class MaxLineLength(BaseValidator):
    """No line longer than so many characters; says which one is."""

    def __call__(self, value: Sequence[str]) -> None:
        for number, line in enumerate(value, 1):
            if len(line) > self.limit_value:
                raise ValidationError(
                    _("Ligne %(number)d : %(length)d caractères, raccourcissez à %(limit)d."),
                    params={"number": number, "length": len(line), "limit": self.limit_value},
                    code="line_too_long",
                )


class LinesFormField(forms.CharField):
    """A list of short texts, typed one a line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 8}))
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class LinesField(models.JSONField):
    """A bounded list of short texts: bounded so that nobody ranks by stuffing words."""

    def __init__(self, *args: Any, max_items: int = 12, max_line_length: int = 120, **kwargs: Any):
        self.max_items = max_items
        self.max_line_length = max_line_length
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, MaxItems(max_items), MaxLineLength(max_line_length)]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.update(max_items=self.max_items, max_line_length=self.max_line_length)
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LinesFormField, **kwargs})


class CodesFormField(forms.TypedMultipleChoiceField):
    """Codes of a closed vocabulary, ticked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)


class CodesField(models.JSONField):
    """A list of codes of a closed vocabulary, portable between SQLite and PostgreSQL.

    `vocabulary` is a callable without arguments that gives (code, label) pairs.
    """

    def __init__(
        self, *args: Any, vocabulary: Callable[[], Sequence[tuple[str, Any]]], **kwargs: Any
    ) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["vocabulary"] = self.vocabulary
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        unknown = [code for code in value or [] if code not in dict(self.vocabulary())]
        if unknown:
            raise ValidationError(
                _("Valeurs inconnues : %(values)s."),
                params={"values": ", ".join(map(str, unknown))},
            )

    def formfield(self, **kwargs: Any) -> Any:
        defaults = {"form_class": CodesFormField, "choices": self.vocabulary}
        return super().formfield(**{**defaults, **kwargs})

    def labels(self, codes: Sequence[str]) -> list[str]:
        """French labels of codes, in the vocabulary's order; a code since removed shows as itself."""
        names = dict(self.vocabulary())
        known = [str(label) for code, label in self.vocabulary() if code in codes]
        return known + [code for code in codes if code not in names]


def _unspaced(value: Any) -> Any:
    return "".join(value.split()) if isinstance(value, str) else value


class SirenFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(_unspaced(value))


class SirenField(models.CharField):
    """A SIREN, kept without the spaces that people type between its groups of digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_unspaced(value))

    def formfield(self, **kwargs: Any) -> Any:
        # No maximum length of what is typed: spaces count there, and the model checks the rest.
        return super().formfield(**{"form_class": SirenFormField, "max_length": None, **kwargs})
