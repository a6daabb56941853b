"""Files that must not be taken, sent through every page that takes one."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.models import CatalogueImage, Evidence, Proof, Request
from tests.catalogue.factories import VendorFactory
from tests.catalogue.test_uploads import PDF, picture, png_that_says, zipped
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
REFUSED = {
    "an SVG with a script": ("logo.svg", SVG, "Ce fichier est de type SVG"),
    "the same named as a PNG": ("logo.png", SVG, "Ce fichier est de type SVG"),
    "a page named as a PNG": ("photo.png", HTML, "Ce fichier est de type HTML"),
    "a JPEG that is an archive": ("a.jpg", picture("JPEG") + zipped(), "en cache un autre"),
    "a JPEG that is a page": ("a.jpg", picture("JPEG") + HTML, "en cache un autre"),
    "a bomb": ("plan.png", png_that_says(30_000, 30_000), "trop de pixels"),
    "50 MB": ("photo.png", b"\x89PNG\r\n\x1a\n".ljust(50 * 1024 * 1024, b"\0"), "trop lourd"),
    "another extension": ("photo.jpg", picture("PNG"), "se nomme « .jpg » mais contient du PNG"),
    "a program": ("photo.png", b"MZ\x90\0" * 50, "Formats admis"),
    "half a picture": ("photo.png", picture("PNG", size=(900, 900))[:900], "abîmée"),
}
WRITINGS = {
    "a PDF that is an archive": ("accord.pdf", PDF + zipped() + b"%%EOF", "en cache un autre"),
    "a PDF named as a PNG": ("accord.png", PDF, "se nomme « .png » mais contient du PDF"),
    "half a PDF": ("accord.pdf", PDF[:20], "incomplet"),
}
TYPED = "Ce que j'avais écrit avec soin"


class Place:
    """A page that takes a file: its address, the field, and what is typed beside."""

    def __init__(self, address: str, field: str, takes_writings: bool, **typed: str) -> None:
        self.address, self.field, self.takes_writings = address, field, takes_writings
        self.typed = typed


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def vendor(site):
    return VendorFactory()


@pytest.fixture
def places(vendor, owner) -> dict[str, Place]:
    listing = sheets.draft(vendor, owner)
    seen = {"vu": str(sheets.seen(listing))}
    images = sheets.step_url(listing, "images")
    other = VendorFactory()
    sheets.member(other)
    client = {"client": TYPED, "year": "2024", "consent": "file", "consented_on": "2026-01-10"}
    return {
        "logo": Place(images, "logo", False, capture_texte=TYPED, **seen),
        "screenshot": Place(images, "capture", False, capture_texte=TYPED, **seen),
        "mandate": Place(reverse("company_mandate", args=[vendor.slug]), "mandate", True),
        "consent": Place(
            reverse("sheet_reference_add", args=[listing.uid]),
            *("accord", True),
            **{**client, **seen, "buyer_category": "1"},
        ),
        "dispute": Place(
            reverse("company_ask", args=[other.slug]),
            *("evidence", True),
            kind="dispute",
            message=TYPED,
        ),
    }


def stored(settings) -> tuple:
    """All that a file could leave behind."""
    folders = (Path(settings.MEDIA_ROOT), Path(settings.EVIDENCE_ROOT))
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return files, *(
        set(model.objects.values_list("pk", flat=True))
        for model in (CatalogueImage, Evidence, Proof, Request)
    )


@pytest.mark.parametrize("what", [*REFUSED, *WRITINGS])
@pytest.mark.parametrize("where", ["logo", "screenshot", "mandate", "consent", "dispute"])
def test_it_is_refused_with_a_reason_and_what_was_typed_stays(
    client, owner, places, settings, where, what
):
    place = places[where]
    name, content, reason = {**REFUSED, **WRITINGS}[what]
    if what in WRITINGS and not place.takes_writings:
        reason = "Ce fichier"  # a picture is asked for: any PDF is of the wrong type
    client.force_login(owner)
    before = stored(settings)
    file = SimpleUploadedFile(name, content, "image/png")
    answer = client.post(place.address, {**place.typed, place.field: file})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert reason in page
    assert "data-error-summary" in page
    assert TYPED not in place.typed.values() or TYPED.replace("'", "&#x27;") in page
    assert stored(settings) == before


@pytest.mark.parametrize("where", ["logo", "screenshot", "mandate", "consent", "dispute"])
def test_a_picture_is_taken_there(client, owner, places, settings, where):
    place = places[where]
    if where == "logo":  # the words are those of a screenshot
        del place.typed["capture_texte"]
    client.force_login(owner)
    before = stored(settings)
    answer = client.post(place.address, {**place.typed, place.field: sheets.picture()})
    assert answer.status_code == 302
    assert stored(settings) != before
