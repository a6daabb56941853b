"""A sheet with a file of a label is not deleted, alone or with the pages above it."""

import pytest
from django.urls import reverse

from accounts.models import User
from catalogue.models import CataloguePage, SolutionPage
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.factories import make_sheet
from tests.labelling.labels import make_application

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def admin(client):
    return sign_in_staff(client, User.objects.create_superuser("chef@mission.example", "x"))


def test_a_sheet_with_a_file_stays_and_one_without_goes(admin):
    kept = make_application("withdrawn").listing.page
    other = make_sheet("Sans dossier")
    for method in (admin.get, admin.post):
        answer = method(reverse("wagtailadmin_pages:delete", args=[kept.pk]), follow=True)
        assert "les dossiers de label se gardent" in answer.content.decode()
        assert kept.title in answer.content.decode()
    admin.post(reverse("wagtailadmin_pages:delete", args=[other.pk]))
    assert list(SolutionPage.objects.values_list("pk", flat=True)) == [kept.pk]


def test_so_do_the_pages_above_it(admin):
    page = make_application().listing.page
    above = CataloguePage.objects.get()
    answer = admin.post(reverse("wagtailadmin_pages:delete", args=[above.pk]), follow=True)
    assert "se gardent" in answer.content.decode()
    assert SolutionPage.objects.filter(pk=page.pk).exists()


def test_so_does_its_company(admin):
    vendor = make_application().vendor
    answer = admin.post(reverse("offreurs:delete", args=[vendor.pk]), follow=True)
    assert "est utilisé" in answer.content.decode()
