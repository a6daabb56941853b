"""The demo has official lists, and claims that rest on them."""

import datetime as dt

import pytest

from catalogue.models import (
    CataloguePage,
    Claim,
    ListImport,
    OfficialEntry,
    OfficialList,
    Verification,
)
from home.demo.loader import load_solutions
from home.demo.official import load_official_lists

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def test_claims_rest_on_a_fictitious_list_that_changed_once(site):
    load_solutions(parent=CataloguePage.objects.get(), count=120, seed=7, today=TODAY)
    load_official_lists(today=TODAY)
    listed = OfficialEntry.objects.filter(list=OfficialList.SECNUMCLOUD)
    assert listed.exists()
    assert not listed.filter(is_fictitious=False).exists()
    resting = Claim.objects.filter(official__in=listed)
    assert resting.filter(expires_on__gte=TODAY).exists()
    assert not Verification.objects.filter(claim__in=resting).exclude(ground="official").exists()
    latest = ListImport.objects.filter(list=OfficialList.SECNUMCLOUD).first()
    assert all(latest.changes[kind] for kind in ("added", "ended", "changed", "claims"))
    for name in (OfficialList.ADEQUACY, OfficialList.LICENCES):
        assert OfficialEntry.objects.filter(list=name, is_fictitious=False).exists()
    load_official_lists(today=TODAY + dt.timedelta(days=1))
    assert ListImport.objects.count() == 4


def test_a_very_small_demo_has_its_lists_too(site):
    load_solutions(parent=CataloguePage.objects.get(), count=1, seed=7, today=TODAY)
    load_official_lists(today=TODAY)
    assert ListImport.objects.count() == 4
