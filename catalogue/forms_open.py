"""What the forms share that anybody may send, without an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class OpenForm(forms.Form):
    """Has a last field that the style sheet hides from people: what fills it is a robot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"] = forms.CharField(
            label=_("Laissez ce champ vide"),
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        )

    @property
    def is_from_robot(self) -> bool:
        """Whether the field that nobody sees was filled. To be read after validation."""
        return bool(self.data.get("site"))
