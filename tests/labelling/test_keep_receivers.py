"""What a label keeps from being merged away, or removed."""

import pytest

from accounts.services import Refused
from catalogue import evidencing, merging
from catalogue.models import Evidence
from labelling import applying, judged
from labelling.states import ApplicationState, AwardState
from tests.catalogue.factories import make_sheet
from tests.catalogue.people import moderator
from tests.labelling.factories import make_claim, make_evidence
from tests.labelling.labels import make_application, make_award, owner_of

pytestmark = pytest.mark.usefixtures("site")


def merged(listing):
    kept = make_sheet("La fiche gardée").listing
    return merging.merge(duplicate=listing, kept=kept, by=moderator())


def test_a_sheet_with_a_living_label_or_an_open_file_is_not_merged():
    award = make_award(AwardState.SUSPENDED)
    with pytest.raises(Refused, match=award.number):
        merged(award.listing)
    application = make_application(ApplicationState.UNDER_REVIEW)
    with pytest.raises(Refused, match=application.number):
        merged(application.listing)


def test_what_is_over_stays_with_the_sheet_that_is_merged():
    award = make_award(AwardState.EXPIRED)
    assert merged(award.listing).merged_into is not None
    award.refresh_from_db()
    assert award.state == AwardState.EXPIRED


def judged_piece(application):
    """A piece that is in what the file is judged on."""
    piece = make_evidence(make_claim(application.listing.results.get(), "SE-01"))
    application.snapshot = judged.snapshot(application)
    application.save()
    return piece


def test_a_piece_that_is_judged_stays_until_the_file_is_over():
    application = make_application(ApplicationState.UNDER_REVIEW)
    owner, piece = owner_of(application.listing), judged_piece(application)
    with pytest.raises(Refused, match=f"dossier de label {application.number}"):
        evidencing.remove_evidence(piece=piece, by=owner)
    other = make_evidence(piece.claim, "Jointe depuis")
    evidencing.remove_evidence(piece=other, by=owner)

    applying.withdraw(application=application, by=owner)
    evidencing.remove_evidence(piece=piece, by=owner)
    assert not Evidence.objects.exists()


def test_a_piece_that_a_living_label_rests_on_stays():
    award = make_award()
    piece = judged_piece(award.application)
    owner = owner_of(award.listing)
    with pytest.raises(Refused, match="réserver"):
        evidencing.remove_evidence(piece=piece, by=owner)
    type(award).objects.update(state=str(AwardState.EXPIRED), ended_on=award.granted_on)
    evidencing.remove_evidence(piece=piece, by=owner)
    assert not Evidence.objects.exists()
