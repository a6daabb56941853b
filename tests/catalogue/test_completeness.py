"""What a draft lacks, said with the step to write it in."""

import pytest

from catalogue.choices import Consent, Distribution, Pricing
from catalogue.completeness import missing
from catalogue.models import Category, Offer, PriceTier, Reference, Screenshot, SolutionPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(site):
    page = SolutionPage(title="Ardoise", summary="Une phrase", description="Un texte")
    page.categories.set([Category.objects.get(slug="visioconference")])
    site.add_child(instance=page)
    return page


def steps(page):
    return [row.step for row in missing(page)]


def test_a_complete_sheet_lacks_nothing(page):
    assert missing(page) == []


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"summary": ""}, "essentiel"),
        ({"summary": "x" * 151}, "essentiel"),
        ({"title": ""}, "essentiel"),
        ({"description": ""}, "description"),
        ({"features": ["x" * 121]}, "description"),
        ({"distribution": Distribution.FREE}, "technique"),
        ({"licence": "LA-MIENNE"}, "technique"),
        ({"uses_ai": True}, "technique"),
        ({"innovation_claimed": True}, "technique"),
        ({"repository_url": "nulle part"}, "technique"),
    ],
)
def test_what_lacks_is_named_with_its_step(page, fields, step):
    for name, value in fields.items():
        setattr(page, name, value)
    assert steps(page) == [step]


def test_a_category_is_asked_for(page):
    page.categories.set([])
    assert steps(page) == ["essentiel"]


@pytest.mark.parametrize(
    ("relation", "child", "step"),
    [
        ("offers", lambda: Offer(name="A", deployment="saas", pricing=Pricing.PRICED), "offres"),
        ("offers", lambda: Offer(deployment="saas"), "offres"),
        ("references", lambda: Reference(client="Ville", year=2024), "references"),
        (
            "references",
            lambda: Reference(client="Ville", year=2024, buyer_category_id=1, consent=Consent.FILE),
            "references",
        ),
        ("screenshots", lambda: Screenshot(image_id=None, alternative="x"), "images"),
    ],
)
def test_children_are_cleaned_too(page, relation, child, step):
    setattr(page, relation, [child()])
    assert set(steps(page)) == {step}


def test_tiers_of_offers_are_cleaned_too(page):
    offer = Offer(name="Abonnement", deployment="saas")
    offer.tiers = [PriceTier(from_quantity=0, unit_price=1)]
    page.offers = [offer]
    (row,) = missing(page)
    assert "Abonnement" in row.message
