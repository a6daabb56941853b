"""Rules of the fields, whoever writes in them."""

import pytest
from django.core.exceptions import ValidationError

from catalogue.fields import LinesField


def test_a_line_too_long_is_refused_out_of_forms_too():
    field = LinesField(max_line_length=5)
    assert field.clean(["court"], None) == ["court"]
    with pytest.raises(ValidationError, match="Ligne 2 : 7 caractères, raccourcissez à 5"):
        field.clean(["court", "trop long"[:7]], None)
