"""What an offer is worth at the moment of reading, and what the sheet says of it."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail import hooks

from catalogue import presentation, sections
from catalogue.choices import Consent, Deployment, OfferKind, Origin, Pricing, SecNumCloud
from catalogue.cloud import CloudLevel, CloudSynthesis, Trust
from catalogue.licences import OpennessVerdict
from catalogue.linked_data import software_application
from catalogue.models import (
    BuyerCategory,
    CataloguePage,
    Evidence,
    Listing,
    Offer,
    PriceTier,
    PurchaseVehicle,
    PurchasingBody,
    Reference,
    SolutionPage,
)
from catalogue.pricing import Need, PriceKind
from catalogue.sheet import build_sheet
from tests.catalogue.factories import (
    TODAY,
    VendorFactory,
    lump_sum,
    make_offer,
    make_sheet,
    per_agent,
    verify,
)

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - dt.timedelta(days=1)
SECURE = {
    "secnumcloud": SecNumCloud.SERVICE,
    "hosting_countries": ["FR"],
    "host_outside_eu_control": False,
    "gdpr_contract": True,
    "multi_zone": True,
    "reversibility_documented": True,
}


@pytest.fixture
def sheet(site):
    return make_sheet("Orvalis", summary="Réunir les agents à distance.", description="Un texte.")


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args: TODAY)
    return TODAY


def quote(offer, need="moyen", on=TODAY):
    return presentation.offer_price(offer, need, presentation.reference_configurations(on), on)


def assess(offer, on=TODAY):
    claims = offer.page.listing.claims.prefetch_related("evidence")
    return presentation.assess_offer(offer, offer.page.listing.vendor, claims, on)


def read(page, query="", status=200):
    response = Client().get(f"/solutions/{page.slug}/{query}")
    assert response.status_code == status
    return response.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


# Prices


def test_a_total_covers_the_reference_configuration(sheet):
    found = quote(make_offer(sheet, **per_agent("15", "12000")))
    assert (found.kind, found.total) == (PriceKind.PRICED, Decimal("84000.00"))
    assert found.label.replace("\xa0", " ") == "pour 100 agents sur 48 mois"


def test_a_tier_replaces_the_unit_price_from_its_quantity_on(sheet):
    offer = make_offer(sheet, **per_agent("10"))
    PriceTier.objects.create(offer=offer, from_quantity=100, unit_price=Decimal("8"))
    assert quote(offer, "petit").total == Decimal("9600.00")
    assert quote(offer).total == Decimal("38400.00")


def test_a_tariff_that_begins_above_the_need_gives_no_total(sheet):
    offer = make_offer(sheet, **per_agent("1"))
    Offer.objects.filter(pk=offer.pk).update(unit_price=None, setup_price=Decimal("10"))
    offer.refresh_from_db()
    PriceTier.objects.create(offer=offer, from_quantity=500, unit_price=Decimal("2"))
    assert (quote(offer).kind, quote(offer).total) == (PriceKind.UNPRICED, None)
    assert quote(offer, "grand").total == Decimal("96010.00")


def test_a_price_holds_on_its_last_day_and_is_no_price_the_day_after(sheet):
    offer = make_offer(sheet, **lump_sum("5000", price_valid_until=YESTERDAY))
    assert quote(offer, on=YESTERDAY).total == Decimal("5000.00")
    late = quote(offer)
    assert (late.kind, late.total, late.expired) == (PriceKind.UNPRICED, None, True)


@pytest.mark.parametrize(
    ("declared", "kind", "total"),
    [
        (Pricing.QUOTE, PriceKind.QUOTE, None),
        (Pricing.UNPRICED, PriceKind.UNPRICED, None),
        (Pricing.FREE, PriceKind.FREE, Decimal("0.00")),
    ],
)
def test_an_offer_without_a_tariff_says_why(sheet, declared, kind, total):
    found = quote(make_offer(sheet, pricing=declared))
    assert (found.kind, found.total, found.expired) == (kind, total, False)


def test_a_draft_without_sense_has_no_tariff(sheet):
    assert presentation.offer_tariff(Offer(page=sheet, pricing=Pricing.PRICED)) is None
    senseless = Offer(page=sheet, **per_agent("-3"))
    assert presentation.offer_tariff(senseless) is None


# Cloud and trust


def test_only_a_verified_claim_makes_an_offer_compliant(sheet):
    offer = make_offer(sheet, **SECURE)
    assessment, state = assess(offer)
    assert (assessment.synthesis, state) == (CloudSynthesis.DECLARED_COMPLIANT, Trust.DECLARED)
    verify(offer)
    assessment, state = assess(offer)
    assert (assessment.level, assessment.synthesis) == (CloudLevel.C1, CloudSynthesis.COMPLIANT)
    assert state is Trust.VERIFIED


def test_the_claim_of_another_offer_vouches_for_nothing(sheet):
    verify(make_offer(sheet, "Autre", **SECURE))
    assert assess(make_offer(sheet, **SECURE))[1] is Trust.DECLARED


def test_evidence_past_its_date_no_longer_justifies(sheet):
    offer = make_offer(sheet)
    claim = verify(offer, verified_on=None, verified_by="")
    Evidence.objects.create(
        claim=claim, title="Attestation", url="https://exemple.fr/a", expires_on=YESTERDAY
    )
    assert assess(offer, YESTERDAY)[1] is Trust.JUSTIFIED
    assert assess(offer)[1] is Trust.DECLARED


@pytest.mark.parametrize(
    ("origin", "control"), [(Origin.UNKNOWN, None), (Origin.OUTSIDE, True), (Origin.EU, False)]
)
def test_control_of_the_vendor_is_its_declared_origin(sheet, origin, control):
    vendor = VendorFactory.build(origin=origin)
    facts = presentation.offer_facts(make_offer(sheet), vendor)
    assert facts.vendor_outside_eu_control is control
    assert presentation.offer_facts(make_offer(sheet), None).vendor_outside_eu_control is None


def test_a_sheet_that_nobody_confirmed_for_a_year_is_stale():
    assert presentation.is_stale(TODAY - dt.timedelta(days=366), None, TODAY)
    assert not presentation.is_stale(TODAY - dt.timedelta(days=365), None, TODAY)
    assert not presentation.is_stale(None, None, TODAY)


def test_the_day_of_a_publication_is_that_of_paris():
    """23:30 UTC is the morning after there."""
    published = dt.datetime(2025, 11, 21, 23, 30, tzinfo=dt.UTC)
    assert not presentation.is_stale(None, published, dt.date(2026, 11, 22))
    assert presentation.is_stale(None, published, dt.date(2026, 11, 23))


# The sheet itself


def test_the_sheet_says_who_wrote_it_and_that_nobody_endorsed_it(sheet):
    html = read(sheet)
    assert "Fiche déposée par l'éditeur (auto-référencée)" in html
    assert "ni vérifié ni approuvé" in html


def test_each_total_is_said_with_what_it_covers(sheet, today):
    make_offer(sheet, "Abonnement", **per_agent("15", "12000"))
    html = read(sheet)
    assert "84 000 € HT" in html
    assert "pour 100 agents sur 48 mois" in html
    assert 'href="?besoin=petit#offres"' in html
    assert "26 400 € HT" in read(sheet, "?besoin=petit")


def test_an_expired_price_is_said_and_leaves_the_totals(sheet, today):
    make_offer(sheet, **lump_sum("5000", price_valid_until=YESTERDAY))
    html = read(sheet)
    assert "Ce tarif a expiré le 21 novembre 2026" in html
    assert "Non chiffré pour ce besoin" in html


def test_only_contracts_still_running_are_shown(sheet, today):
    body = PurchasingBody.objects.create(slug="centrale-essai", name="Centrale d'essai")
    offer = make_offer(sheet, **lump_sum("150000"))
    for number, end in (("EN-COURS", TODAY), ("FINI", YESTERDAY)):
        vehicle = PurchaseVehicle.objects.create(
            body=body, number=number, title=number, holder="Titulaire", ends_on=end
        )
        offer.vehicles.add(vehicle)
    offer.save()
    html = read(sheet)
    assert "EN-COURS" in html
    assert "FINI" not in html
    assert "Achat par une centrale d'achat, sans procédure propre (Centrale d'essai)" in html


def test_the_procedure_follows_the_amount_the_buyer_and_warns_not_to_split(sheet, today):
    html = read(sheet, "?montant=150 000,00 € HT&acheteur=etat")
    assert "Procédure formalisée" in html
    assert "ne doit pas être scindé" in html
    assert "Procédure adaptée" in read(sheet, "?montant=150000&acheteur=autre")
    assert "R2122-8" in read(sheet, "?montant=59999.99")


@pytest.mark.parametrize("amount", ["beaucoup", "-1", "1e400", "NaN", "9" * 40, "%00", "1.234.5"])
def test_an_amount_without_sense_is_explained(sheet, amount):
    assert "fr-error-text" in read(sheet, f"?montant={amount}") or amount == "%00"


def test_a_free_offer_is_no_amount_to_purchase(sheet, today):
    make_offer(sheet, pricing=Pricing.FREE)
    assert "tapez le montant total de votre besoin" in read(sheet)
    make_offer(sheet, "Payante", **lump_sum("70000"))
    assert "Pour le total le plus bas de cette fiche, <strong>70 000 € HT" in read(sheet)


def test_an_innovation_is_shown_as_an_allegation(site, today):
    page = make_sheet("Nouvelle", innovation_claimed=True, innovation_grounds="Une méthode neuve.")
    make_offer(page, **lump_sum("95000"))
    html = read(page)
    assert "Allégation de l'offreur, ne vaut pas qualification juridique" in html
    assert "Achat innovant" in html
    assert "Procédure adaptée" in html


def test_references_are_shown_with_the_client_s_agreement_only(sheet):
    category = BuyerCategory.objects.first()
    facts = {"page": sheet, "buyer_category": category, "year": 2024}
    Reference.objects.create(client="Ville muette", consent=Consent.NONE, **facts)
    agreed = {"consent": Consent.FILE, "consented_on": TODAY}
    Reference.objects.create(client="Ville d'accord", **agreed, **facts)
    html = read(sheet)
    assert "Ville d'accord" in html
    assert "Ville muette" not in html


def test_a_declared_free_licence_says_what_is_missing(site):
    page = make_sheet("Libre", distribution="libre", licence="AGPL-3.0-or-later")
    assert "Déclaré libre par l'éditeur ; aucun dépôt de code" in read(page)


def test_the_number_of_queries_does_not_depend_on_offers_or_references(
    sheet, django_assert_max_num_queries
):
    category = BuyerCategory.objects.first()
    for number in range(12):
        verify(make_offer(sheet, f"Offre {number}", **per_agent("5")))
        Reference.objects.create(
            page=sheet,
            client=f"Ville {number}",
            buyer_category=category,
            year=2024,
            consent=Consent.FILE,
            consented_on=TODAY,
        )
    read(sheet)  # caches of the site
    with django_assert_max_num_queries(26):
        html = read(sheet)
    assert html.count('class="gt-offer"') == 12


@pytest.mark.parametrize(("pricing", "told"), [(Pricing.FREE, True), (Pricing.UNPRICED, None)])
def test_the_linked_data_says_free_of_charge_of_a_price_never_of_a_licence(site, pricing, told):
    page = make_sheet(
        distribution="libre", licence="AGPL-3.0-only", repository_url="https://exemple.fr/depot"
    )
    Listing.objects.update(repository_reachable_on=TODAY)
    make_offer(page, pricing=pricing)
    sheet = build_sheet(SolutionPage.objects.get(), need=Need.MEDIUM, on=TODAY)
    assert sheet.openness.verdict is OpennessVerdict.FREE
    data = software_application(sheet, site_url="https://exemple.fr")
    assert data.get("isAccessibleForFree") is told


def test_public_evidence_is_offered_whether_file_or_address(site):
    claim = verify(make_offer(make_sheet()))
    file = ContentFile(b"preuve", name="audit.pdf")
    shown = [
        Evidence.objects.create(claim=claim, title="Fichier", file=file),
        Evidence.objects.create(claim=claim, title="Adresse", url="https://exemple.fr/a"),
    ]
    Evidence.objects.create(
        claim=claim, title="Contrat", url="https://exemple.fr/b", is_public=False,
        restriction_reason="Secret des affaires",
    )  # fmt: skip
    proof = presentation.proof_of([claim], claim.kind, claim.subject, TODAY)
    assert list(proof.evidence) == shown
    assert [piece.get_absolute_url() for piece in shown] == [
        f"/pieces/{shown[0].uid}/",
        "https://exemple.fr/a",
    ]


def test_the_linked_data_cannot_leave_its_script(site):
    page = make_sheet("</script><script>alert(1)</script>")
    html = read(page)
    assert "<script>alert" not in html
    data = re.search(r'ld\+json">(.*?)</script>', html).group(1)
    assert json.loads(data)["name"] == "</script><script>alert(1)</script>"


def test_an_archived_sheet_is_gone_and_says_nothing_it_said(sheet):
    sheet.listing.archived_at = timezone.now()
    sheet.listing.save()
    html = read(sheet, status=410)
    assert "archivée" in html
    assert "Réunir les agents" not in html


def test_a_draft_without_listing_nor_sense_can_be_previewed(site):
    catalogue = CataloguePage.objects.get()
    draft = SolutionPage(title="Brouillon", slug="brouillon", live=False, locale=catalogue.locale)
    catalogue.add_child(instance=draft)
    draft.offers.add(
        Offer(name="Ébauche", deployment=Deployment.SAAS, pricing=Pricing.PRICED),
        Offer(name="Pilote", kind=OfferKind.TRIAL),
    )
    draft.references.add(Reference(client="Ville", consent=Consent.FILE))
    revision = draft.save_revision(clean=False)
    response = revision.as_object().make_preview_request()
    assert response.status_code == 200
    assert "Ébauche" in response.content.decode()


def test_higher_apps_add_sections_in_their_order(sheet):
    def late(page, request):
        return sections.SheetSection("b", "Deuxième", "catalogue/sheet/journal.html", order=2)

    def early(page, request):
        return sections.SheetSection("a", "Première", "catalogue/sheet/journal.html", order=1)

    with (
        hooks.register_temporarily(sections.HOOK, late),
        hooks.register_temporarily(sections.HOOK, early),
        hooks.register_temporarily(sections.HOOK, lambda page, request: None),
    ):
        html = read(sheet)
    assert html.index("Première") < html.index("Deuxième")
    assert 'href="#a"' in html
