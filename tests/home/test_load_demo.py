"""Loading the demo catalogue into the database."""

import io
import re
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.models import (
    BasePage,
    CataloguePage,
    Claim,
    Listing,
    Offer,
    SolutionPage,
    TaggedSolution,
    Vendor,
)
from home.demo import loader
from home.demo.desk import HANDED_IN
from home.demo.documents import NEUTRAL_SEED, generate_documents
from home.demo.people import ACCOUNTS, LOCAL_PASSWORD
from search.documents import build
from search.empty_queries import erase_old_empty_queries, looks_personal
from search.models import EmptyQuery, IndexTarget, PendingDocument
from tests.accounts.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db

COUNT = 60


def load(*args: str) -> list[str]:
    out = io.StringIO()
    call_command("load_demo", *args, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """A demo catalogue loaded once for the module, gone after it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield load("--solutions", str(COUNT))
        transaction.set_rollback(True)


def test_says_what_it_did_and_the_accounts(demo):
    assert demo[-1] == f"Catalogue de démonstration : {COUNT} fiches créées, 0 déjà présentes."
    assert [line.split()[1] for line in demo[: len(ACCOUNTS)]] == list(ACCOUNTS)
    assert demo[len(ACCOUNTS)].startswith("Second facteur")


def test_sheets_stand_in_a_sound_tree(demo):
    assert BasePage.find_problems() == ([], [], [], [], [])
    catalogue = CataloguePage.objects.get()
    assert catalogue.get_children().count() == catalogue.numchild == COUNT + len(HANDED_IN)
    page = SolutionPage.objects.filter(live=True).first()
    assert page.url_path == f"{catalogue.url_path}{page.slug}/"
    assert page.specific_class is SolutionPage


def test_every_sheet_satisfies_its_own_rules(demo):
    for page in SolutionPage.objects.all():
        page.full_clean()
        for child in (*page.offers.all(), *page.references.all(), *page.integrations.all()):
            child.full_clean()
    for listing in Listing.objects.all():
        listing.full_clean()
    for vendor in Vendor.objects.all():
        vendor.full_clean()
    for claim in Claim.objects.all():
        claim.full_clean()


def test_a_second_run_changes_nothing(demo):
    counts = [model.objects.count() for model in (SolutionPage, Vendor, Offer, Claim, User)]
    last = load("--solutions", str(COUNT))[-1]
    assert last == f"Catalogue de démonstration : 0 fiches créées, {COUNT} déjà présentes."
    after = [model.objects.count() for model in (SolutionPage, Vendor, Offer, Claim, User)]
    assert after == counts


def test_a_larger_number_tops_up(demo):
    uids = set(Listing.objects.values_list("uid", flat=True))
    last = load("--solutions", str(COUNT + 15))[-1]
    assert last == f"Catalogue de démonstration : 15 fiches créées, {COUNT} déjà présentes."
    assert uids < set(Listing.objects.values_list("uid", flat=True))
    assert BasePage.find_problems() == ([], [], [], [], [])


def test_another_seed_replaces_the_demo_and_nothing_else(demo):
    vendor = Vendor.objects.create(slug="vraie", name="Société réelle", country="FR")
    node = CataloguePage.objects.get()
    mine = node.add_child(instance=SolutionPage(title="La mienne", slug="la-mienne"))
    Listing.objects.create(page=mine, vendor=vendor)
    present = Listing.objects.filter(vendor__is_fictitious=True).count()
    last = load("--solutions", "20", "--seed", "7")[-1]
    assert last.endswith(
        f"20 fiches créées, 0 déjà présentes, {present} d'une autre graine supprimées."
    )
    assert SolutionPage.objects.filter(slug="la-mienne").exists()
    shown = Listing.objects.filter(vendor__is_fictitious=True)
    assert shown.count() == 20 + len(HANDED_IN)
    orphans = Vendor.objects.filter(is_fictitious=True, listings=None, memberships=None)
    assert not orphans.exists()
    assert BasePage.find_problems() == ([], [], [], [], [])


def test_an_interrupted_run_leaves_whole_chunks_and_the_next_one_ends_it(demo):
    before = SolutionPage.objects.count()
    with (
        patch.object(loader, "CHUNK", 20),
        patch.object(loader, "_claims", side_effect=[None, KeyboardInterrupt]),
        pytest.raises(KeyboardInterrupt),
    ):
        load("--solutions", str(COUNT + 60))
    assert SolutionPage.objects.count() == before + 20
    assert TaggedSolution.objects.filter(content_object=None).count() == 0
    last = load("--solutions", str(COUNT + 60))[-1]
    assert last.startswith("Catalogue de démonstration : 40 fiches créées")


def test_indexes_that_exist_hear_of_new_sheets(demo):
    IndexTarget.objects.create(name="somewhere")
    load("--solutions", str(COUNT + 5))
    known = set(
        PendingDocument.objects.filter(target="somewhere").values_list("document", flat=True)
    )
    newest = Listing.objects.order_by("-pk").values_list("uid", flat=True)[:5]
    assert set(newest) <= known


def test_documents_without_a_database_are_those_of_the_loaded_sheets(demo):
    # What mission LABEL hid or merged since is not compared, nor what public bodies said they use,
    # nor what was self-assessed.
    hidden = Listing.objects.filter(Q(taken_down_at__isnull=False) | Q(merged_into__isnull=False))
    decided = {str(uid) for uid in hidden.values_list("uid", flat=True)}
    touched = Listing.objects.filter(
        Q(absorbed__isnull=False) | Q(uses__isnull=False) | Q(results__isnull=False)
    )
    changed = {str(uid) for uid in touched.values_list("uid", flat=True)}
    loaded = {document.id: document for document in build(Listing.objects.all(), seed=NEUTRAL_SEED)}
    generated = list(generate_documents(len(loaded) + len(decided)))
    assert {document.id for document in generated} == {*loaded, *decided}
    for document in generated:
        if document.id in decided | changed:
            continue
        assert sorted_document(document) == sorted_document(loaded[document.id])


def sorted_document(document):
    """A document with its lists in one order: the database gives related rows in any order."""
    facets = {name: sorted(values) for name, values in document.facets.items()}
    words = {name: sorted(re.findall(r"\w+", text)) for name, text in document.text.items()}
    offers = [
        (offer.uid, {k: sorted(v) for k, v in offer.facets.items()}, offer.needs)
        for offer in document.offers
    ]
    card = {**document.card, "categories": sorted(document.card["categories"])}
    return facets, words, offers, card, document.neutral, document.updated


def test_generating_documents_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert len(list(generate_documents(30))) == 30


@pytest.mark.parametrize("state", ["live", "draft"])
def test_editors_open_change_and_publish_a_sheet_without_revision(demo, client, state):
    sign_in_staff(client, User.objects.get(email="administration@demo.example"))
    load("--solutions", "150")  # a draft comes in every hundred
    page = SolutionPage.objects.filter(live=state == "live", latest_revision=None).first()
    for name in ("edit", "history", "view_draft"):
        assert client.get(reverse(f"wagtailadmin_pages:{name}", args=[page.pk])).status_code == 200
    page.summary = "Une autre description courte"
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.summary == "Une autre description courte"
    assert page.live


def test_the_password_is_drawn_when_the_site_is_not_of_this_machine(demo, settings):
    User.objects.all().delete()
    settings.SITE_URL = "https://catalogue.example"
    line, *_others = load("--solutions", "1")
    password = line.split()[-1]
    user = User.objects.get(email="administration@demo.example")
    assert password != LOCAL_PASSWORD
    assert user.check_password(password)
    assert load("--solutions", "1")[0].endswith("mot de passe inchangé")


@pytest.mark.parametrize("number", ["0", "-3", "beaucoup", "100001"])
def test_a_number_out_of_bounds_is_refused_in_french(number):
    with pytest.raises(CommandError, match="donnez un nombre de fiches entre 1 et 100000"):
        load(f"--solutions={number}")


def test_some_searches_found_nothing_and_are_not_added_twice(demo):
    load("--solutions", "1")
    counted = EmptyQuery.objects.count()
    assert counted > 20
    load("--solutions", "1")
    assert EmptyQuery.objects.count() == counted
    assert not any(map(looks_personal, EmptyQuery.objects.values_list("text", flat=True)))
    assert erase_old_empty_queries(today=timezone.localdate(), dry_run=True) == 0
