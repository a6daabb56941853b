"""Every obstacle to an application, said with its way out."""

import datetime as dt

import pytest
from django.utils import timezone

from catalogue.models import Listing, Proof, Reason, Suspension
from labelling.eligibility import RENEWAL_DAYS, application_obstacles, obstacles
from labelling.models import LabelLevel
from labelling.states import ApplicationState, AwardState
from tests.catalogue.factories import VendorFactory, make_offer
from tests.labelling.factories import make_claim, make_evidence, make_result, make_version
from tests.labelling.labels import labelled_sheet, make_application, make_award, make_label
from tests.labelling.referentials import HEAD, criterion

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def label():
    return make_label()


@pytest.fixture
def listing(label):
    return labelled_sheet(label)


def found(listing, label, level=None):
    """Code → obstacle."""
    fresh = Listing.objects.select_related("page", "vendor").get(pk=listing.pk)
    return {one.code: one for one in obstacles(fresh, label, level)}


def test_a_sheet_that_meets_everything_has_none(listing, label):
    assert found(listing, label) == {}


def archive(listing, _label):
    listing.archived_at = timezone.now()
    listing.save()


def unpublish(listing, _label):
    listing.page.live = False
    listing.page.save()


def grow_old(listing, _label):
    listing.page.last_published_at = timezone.now() - dt.timedelta(days=400)
    listing.page.save()


def never_confirmed(listing, _label):
    listing.page.last_published_at = None
    listing.page.save()


def detach(listing, _label):
    Proof.objects.filter(vendor=listing.vendor).delete()


def suspend(listing, _label):
    reason = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN).first()
    Suspension.objects.create(vendor=listing.vendor, reason=reason, comment="Essai.")


def remove_offers(listing, _label):
    listing.page.offers.all().delete()


def open_later(_listing, label):
    label.valid_from = timezone.localdate() + dt.timedelta(days=1)
    label.save()


def close_label(_listing, label):
    label.valid_to = timezone.localdate() - dt.timedelta(days=1)
    label.save()


def forget_answers(listing, _label):
    listing.results.all().delete()


def apply_already(listing, label):
    make_application(label=label, listing=listing)


def hold_it_already(listing, label):
    granted = make_application(ApplicationState.GRANTED, label=label, listing=listing)
    make_award(application=granted)


def answer_less(listing, _label):
    version = listing.results.get().handover.assessment.version
    make_result(listing, version, {"SE-01": "oui"})


def answer_worse(listing, _label):
    version = listing.results.get().handover.assessment.version
    make_result(listing, version, {"SE-01": "non", "DO-01": "oui"})


def replace_version(_listing, _label):
    head = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2026-02-01")
    make_version(criterion("SE-01"), head=head)


@pytest.mark.parametrize(
    ("spoil", "code", "words", "where"),
    [
        (archive, "archived", "rétablissez-la", "fiches/"),
        (unpublish, "unpublished", "attendez sa publication", "fiches/"),
        (grow_old, "stale", "confirmez qu'elle est exacte", "fiches/"),
        (never_confirmed, "stale", "confirmez qu'elle est exacte", "fiches/"),
        (detach, "unattached", "Rattachement", "rattachement/"),
        (suspend, "suspended", "lever la suspension", "espace-editeur/"),
        (remove_offers, "offers", "ajoutez celle", "etape/offres/"),
        (open_later, "closed", "préparez votre auto-évaluation", "auto-evaluation/"),
        (close_label, "closed", "ne reçoit plus", "auto-evaluation/"),
        (forget_answers, "unanswered", "Remettez d'abord", "auto-evaluation/"),
        (answer_less, "incomplete", "il manque DO-01", "verifier/"),
        (answer_worse, "blocking", "SE-01", "#SE-01"),
        (replace_version, "outdated", "essai v2", "auto-evaluation/"),
        (apply_already, "pending", "déjà en cours", "demandes-de-label/"),
        (hold_it_already, "labelled", "à partir du", "demandes-de-label/"),
    ],
)
def test_each_obstacle_says_what_to_do_and_where(listing, label, spoil, code, words, where):
    spoil(listing, label)
    one = found(listing, label)[code]
    assert words in one.text
    assert where in one.path


def test_several_are_said_at_once(listing, label):
    detach(listing, label)
    answer_worse(listing, label)
    assert set(found(listing, label)) == {"unattached", "blocking"}


def test_a_community_sheet_has_nobody_to_apply_for_it(listing, label):
    listing.vendor, listing.source = None, "sill"
    listing.external_id = listing.source_licence = "x"
    listing.source_url = "https://code.gouv.fr/sill"
    listing.save()
    assert list(found(listing, label)) == ["community"]


def test_a_level_asks_for_a_score_in_each_theme(listing, label):
    version = listing.results.get().handover.assessment.version
    make_result(listing, version, {"SE-01": "oui", "DO-01": "partiel"})
    essential, advanced = label.levels.all()
    assert found(listing, label) == {}
    assert found(listing, label, essential) == {}
    one = found(listing, label, advanced)["score"]
    assert "Thème « Données » : 50 %, et ce niveau demande 80 %" in one.text
    assert "theme/donnees" in one.path


def test_without_a_level_the_least_demanding_counts(listing, label):
    version = listing.results.get().handover.assessment.version
    make_result(listing, version, {"SE-01": "oui", "DO-01": "non"})
    LabelLevel.objects.filter(label=label).update(least_percent=10)
    assert "score" in found(listing, label)


def test_a_proof_that_is_asked_for_has_to_hold():
    label = make_label(
        make_version(criterion("SE-01", evidence="required", evidence_expected="Le rapport."))
    )
    listing = labelled_sheet(label)
    assert "incomplete" in found(listing, label)
    piece = make_evidence(make_claim(listing.results.get(), "SE-01"))
    assert found(listing, label) == {}
    piece.is_draft = True
    piece.save()
    assert "incomplete" in found(listing, label)
    piece.is_draft, piece.expires_on = False, timezone.localdate() - dt.timedelta(days=1)
    piece.save()
    assert "incomplete" in found(listing, label)


def test_what_the_sheet_says_since_may_open_a_question():
    when = {"fact": "deploiement", "is": ["sur-site"]}
    label = make_label(
        make_version(criterion("SE-01"), criterion("DO-01", theme="donnees", when=when))
    )
    listing = labelled_sheet(label)
    assert found(listing, label) == {}
    make_offer(listing.page, "Chez vous", deployment="sur-site")
    assert "il manque DO-01" in found(listing, label)["incomplete"].text


def test_an_award_near_its_end_is_renewed(listing, label):
    granted = make_application(ApplicationState.GRANTED, label=label, listing=listing)
    end = timezone.localdate() + dt.timedelta(days=RENEWAL_DAYS)
    award = make_award(application=granted, valid_to=end)
    one = found(listing, label)["labelled"]
    assert "demandez son renouvellement" in one.text
    assert one.path.endswith("/renouveler/")
    make_application(ApplicationState.DRAFT, label=label, listing=listing, renews=award)
    assert found(listing, label) == {}


@pytest.mark.parametrize("state", [AwardState.ABROGATED, AwardState.EXPIRED])
def test_an_award_that_is_over_is_no_obstacle(listing, label, state):
    granted = make_application(ApplicationState.GRANTED, label=label, listing=listing)
    make_award(state, application=granted)
    assert found(listing, label) == {}


def test_a_draft_needs_offers_that_the_sheet_still_has(listing, label):
    draft = make_application(ApplicationState.DRAFT, label=label, listing=listing)
    assert application_obstacles(draft) == []
    chosen, draft.offers = draft.offers, []
    assert "au moins une offre" in application_obstacles(draft)[0].text
    draft.offers = [*chosen, "0b0e7a3e-0000-4000-8000-000000000000"]
    assert "n'est plus sur la fiche" in application_obstacles(draft)[0].text


def test_a_draft_of_a_sheet_that_was_handed_over_goes_no_further(listing, label):
    draft = make_application(ApplicationState.DRAFT, label=label, listing=listing)
    draft.listing.vendor = VendorFactory()
    assert [one.code for one in application_obstacles(draft)] == ["transferred"]


def test_what_the_previous_company_applied_for_is_not_the_next_ones_to_open(listing, label):
    apply_already(listing, label)
    listing.vendor = VendorFactory()
    listing.save()
    one = found(listing, label)["pending"]
    assert "offreur précédent" in one.text
    assert "demandes-de-label" not in one.path
