"""Files of evidence: gone with their row, and read by the public only where they are public."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from catalogue.models import Claim, Evidence, Listing, SolutionPage
from tests.catalogue.factories import make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece(site) -> Evidence:
    claim = Claim.objects.create(listing=make_sheet().listing, kind="rgaa")
    file = ContentFile(b"preuve", name="audit.pdf")
    return Evidence.objects.create(claim=claim, title="Audit", file=file)


def stored(piece: Evidence, name: str) -> bool:
    return piece.file.storage.exists(name)


@pytest.mark.parametrize("of", [Evidence, Claim, SolutionPage])
def test_a_file_goes_with_its_row(piece, of, django_capture_on_commit_callbacks):
    assert stored(piece, piece.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        of.objects.get().delete()
        assert stored(piece, piece.file.name)  # until the deletion is certain
    assert not stored(piece, piece.file.name)


def test_a_file_replaced_goes_and_the_new_one_stays(piece, django_capture_on_commit_callbacks):
    before = piece.file.name
    with django_capture_on_commit_callbacks(execute=True):
        changed = Evidence.objects.get()
        changed.file = ContentFile(b"autre preuve", name="audit-2.pdf")
        changed.save()
        changed.save()
    assert not stored(piece, before)
    assert stored(piece, changed.file.name)


def test_the_public_reads_a_public_file(client: Client, piece):
    response = client.get(piece.get_absolute_url())
    assert b"".join(response.streaming_content) == b"preuve"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("hidden", ["restricted", "archived", "lost"])
def test_nobody_reads_another(client: Client, piece, hidden):
    if hidden == "restricted":
        Evidence.objects.update(is_public=False, restriction_reason="Secret des affaires")
    elif hidden == "archived":
        Listing.objects.update(archived_at="2026-01-01T00:00Z")
    else:
        piece.file.storage.delete(piece.file.name)
    assert client.get(piece.get_absolute_url()).status_code == 404
