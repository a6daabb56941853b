"""Two reviewers take one file at the same time."""

import pytest

from accounts.services import Refused
from labelling import reviewing
from labelling.models import LabelEvent
from tests.catalogue.test_company_races import together
from tests.labelling.labels import make_application, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_reviewers_take_a_file_at_once_and_one_of_them_has_it(site):
    file, people = make_application(), [make_reviewer(), make_reviewer()]
    results = together([lambda by=by: reviewing.claim(application=file, by=by) for by in people])
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1
    file.refresh_from_db()
    assert file.holder in people
    assert file.holder.get_full_name() in str(refused[0])
    assert LabelEvent.objects.filter(name="claim").count() == 1
