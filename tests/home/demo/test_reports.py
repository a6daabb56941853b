"""Reports and requests of the demo: every state, once."""

import pytest

from catalogue.models import AnomalyReport, Listing
from home.demo.companies import OWNER, load_companies
from home.demo.people import load_accounts
from home.demo.reports import REPORTS, REQUESTS, load_reports
from home.demo.vendors import vendor_uid
from sourcing.models import RecommendationRequest
from tests.catalogue.factories import VendorFactory, make_sheet

pytestmark = pytest.mark.django_db

SEED = 7


@pytest.fixture
def loaded(site, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    own = VendorFactory(uid=vendor_uid(SEED, 0), contact_email="contact@premier.example")
    for number in range(len(REPORTS)):
        make_sheet(f"Fiche {number}", vendor=own if number < 2 else None)
    load_accounts()
    load_companies(SEED)
    load_reports(SEED)
    return own


def test_every_state_is_there_and_every_row_is_valid(loaded):
    for model, count in ((AnomalyReport, len(REPORTS)), (RecommendationRequest, len(REQUESTS))):
        rows = model.objects.all()
        assert len(rows) == count
        assert {row.state for row in rows} == set(model.State.values)
        for row in rows:
            row.full_clean()


def test_the_owner_of_the_demo_has_a_report_to_reply_to(loaded):
    waiting = AnomalyReport.objects.filter(
        listing__vendor=loaded, state="acknowledged", vendor_reply=""
    )
    assert waiting.exists()
    assert loaded.memberships.filter(user__email=OWNER).exists()
    assert RecommendationRequest.objects.get(state="answered").sheets.count() == 3


def test_a_second_run_changes_nothing_and_what_lost_its_sheet_is_made_again(loaded):
    before = set(AnomalyReport.objects.values_list("uid", "received_at"))
    load_reports(SEED)
    assert set(AnomalyReport.objects.values_list("uid", "received_at")) == before
    AnomalyReport.objects.update(listing=None)
    load_reports(SEED)
    assert AnomalyReport.objects.filter(listing__in=Listing.objects.public()).count() == len(
        REPORTS
    )
