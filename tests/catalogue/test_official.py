"""What the lists hold on a day, and what sheets make of it."""

import pytest

from catalogue import official
from catalogue.cloud import CloudLevel, adequacy_scopes
from catalogue.licences import OpennessVerdict
from catalogue.models import OfficialList
from catalogue.presentation import assess_offer, sheet_openness
from tests.catalogue.factories import make_offer, make_sheet
from tests.catalogue.lists import days, load_list, today

pytestmark = pytest.mark.django_db


def test_without_an_import_the_lists_are_those_of_the_repository():
    assert official.adequacy(today()) == adequacy_scopes(today())
    assert official.lists_on(today()).licences is None


def test_an_import_replaces_them_from_its_day_on(django_capture_on_commit_callbacks):
    text = f"code;label;valid_to;scope\nIN;Inde;{days(20)};organismes publics"
    with django_capture_on_commit_callbacks(execute=True):
        load_list(OfficialList.ADEQUACY, text, days(-3))
    assert official.adequacy(today()) == {"IN": "organismes publics"}
    assert official.adequacy(days(20)) == {"IN": "organismes publics"}
    assert official.adequacy(days(21)) == {}
    assert official.adequacy(days(-4)) == adequacy_scopes(days(-4))


def test_they_are_read_once_until_another_import(
    django_assert_num_queries, django_capture_on_commit_callbacks
):
    official.adequacy(today())
    with django_assert_num_queries(0):
        official.adequacy(today())
    with django_capture_on_commit_callbacks(execute=True):
        load_list(OfficialList.ADEQUACY, "code;label\nIN;Inde")
    with django_assert_num_queries(2):
        assert set(official.adequacy(today())) == {"IN"}
        assert official.lists_on(today()).licences is None


def test_an_offer_and_a_licence_are_judged_by_what_was_imported(
    site, django_capture_on_commit_callbacks
):
    sheet = make_sheet(distribution="libre", licence="MIT")
    offer = make_offer(sheet, hosting_countries=["IN"])

    def read():
        cloud, _trust = assess_offer(offer, sheet.listing.vendor, (), today())
        return cloud.level, sheet_openness(sheet, sheet.listing).verdict

    assert read() == (CloudLevel.C6B, OpennessVerdict.DECLARED_FREE)
    with django_capture_on_commit_callbacks(execute=True):
        load_list(OfficialList.ADEQUACY, "code;label;scope\nIN;Inde;essais")
        load_list(OfficialList.LICENCES, "code;label;status\nMIT;MIT;refused")
    assert read() == (CloudLevel.C6A, OpennessVerdict.NOT_FREE)
    cloud, _trust = assess_offer(offer, sheet.listing.vendor, (), today())
    assert "Inde : l'adéquation se limite aux essais." in cloud.reasons
