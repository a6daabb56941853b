"""A company, its people and a sheet that only lacks to be handed in."""

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from catalogue import drafting, terms
from catalogue.models import Category, Listing, Membership, Proof, Role, SolutionPage, Vendor
from tests.catalogue.factories import VendorFactory


def person(name: str = "Camille Essai") -> User:
    first, last = name.split(" ", 1)
    address = f"{uuid.uuid4().hex[:12]}@exemple.fr"
    return User.objects.create_user(address, "x", first_name=first, last_name=last)


def member(vendor: Vendor, role: str = Role.OWNER, name: str = "Camille Essai") -> User:
    user = person(name)
    Membership.objects.create(vendor=vendor, user=user, role=role)
    return user


def attach(vendor: Vendor) -> Vendor:
    """Prove that the members of a company may act for it."""
    Proof.objects.create(
        vendor=vendor,
        kind=Proof.Kind.PROCONNECT,
        state=Proof.State.ACCEPTED,
        siret="12345678200010",
        decided_at=timezone.now(),
    )
    return vendor


def attached_vendor() -> Vendor:
    return attach(VendorFactory())


def draft(vendor: Vendor, by: User, name: str = "Ardoise Courrier", **fields) -> Listing:
    """A complete draft."""
    listing = drafting.create_draft(vendor=vendor, name=name, by=by, uid=uuid.uuid4())
    write(listing, by, summary="Le courrier", description="Suit le courrier.", **fields)
    return listing


def write(listing: Listing, by: User, **fields) -> None:
    """Save a step with these values."""
    page = SolutionPage.objects.get(pk=listing.page_id)
    opened = page.get_latest_revision_as_object()
    opened.categories.set([Category.objects.get(slug="visioconference")])
    for name, value in fields.items():
        setattr(opened, name, value)
    drafting.save_draft(listing=listing, draft=opened, seen=page.latest_revision_id, by=by)


def submit(listing: Listing, by: User, **changes):
    page = SolutionPage.objects.get(pk=listing.page_id)
    values = {
        "seen": page.latest_revision_id,
        "terms_version": terms.current().version,
        "attested": True,
        **changes,
    }
    return drafting.submit(listing=listing, by=by, **values)


def reread(listing: Listing) -> Listing:
    return Listing.objects.select_related("page", "vendor").get(pk=listing.pk)


def draft_of(listing):
    return SolutionPage.objects.get(pk=listing.page_id).get_latest_revision_as_object()


def seen(listing):
    return SolutionPage.objects.get(pk=listing.page_id).latest_revision_id


def step_url(listing, step):
    return reverse("sheet_step", args=[listing.uid, step])


def post_step(client, listing, step, **fields):
    return client.post(step_url(listing, step), {"vu": seen(listing), **fields})


def picture(name="ecran.png"):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def offer(**fields):
    return {
        "name": "Abonnement",
        "kind": "production",
        "deployment": "saas",
        "secnumcloud": "none",
        "pricing": "priced",
        "metric": "agent",
        "period": "month",
        "unit_price": "2,50",
        "paliers-TOTAL_FORMS": "2",
        "paliers-INITIAL_FORMS": "0",
        "paliers-0-from_quantity": "100",
        "paliers-0-unit_price": "2",
        **fields,
    }


def essentials():
    return {
        "title": "Ardoise Courrier",
        "summary": "Suit le courrier entrant.",
        "categories": [Category.objects.get(slug="visioconference").pk],
    }
