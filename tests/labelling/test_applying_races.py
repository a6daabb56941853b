"""People of one company who act on its file at the same time, and while its sheet changes."""

import pytest

from accounts.services import Refused
from catalogue import services as catalogue
from labelling import applying, events
from labelling.models import LabelApplication, Letter
from labelling.states import ApplicationState
from tests.catalogue.test_company_races import together
from tests.labelling.labels import labelled_sheet, make_application, make_label, owner_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site")]


@pytest.fixture
def label():
    return make_label()


@pytest.fixture
def listing(label):
    return labelled_sheet(label)


@pytest.fixture
def owners(listing):
    return [owner_of(listing), owner_of(listing)]


def test_two_owners_begin_and_deposit_at_once_and_there_is_one_file(label, listing, owners):
    starts = [lambda by=by: applying.start(listing=listing, label=label, by=by) for by in owners]
    assert len({draft.pk for draft in together(starts)}) == 1
    draft = LabelApplication.objects.get()
    offers = [offer.uid for offer in listing.page.offers.all()]
    applying.save_draft(
        application=draft, by=owners[0], level=draft.level, offers=offers, motivation=""
    )

    results = together(
        [lambda by=by: applying.submit(application=draft, by=by, attested=True) for by in owners]
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Letter.objects.count() == 1
    assert events.verify() == []


def test_an_answer_and_a_change_of_the_sheet_do_not_wait_for_one_another(label, listing, owners):
    file = make_application(ApplicationState.AWAITING_VENDOR, label=label, listing=listing)

    results = together(
        [
            lambda: applying.answer(application=file, by=owners[0], text="Voici."),
            lambda: catalogue.change_listing(listing=listing, by=owners[1], comptoir_id="12"),
            lambda: applying.withdraw(application=file, by=owners[1]),
        ]
    )

    assert not [
        one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)
    ]
    file.refresh_from_db()
    assert file.state in (ApplicationState.UNDER_REVIEW, ApplicationState.WITHDRAWN)
    assert events.verify() == []
