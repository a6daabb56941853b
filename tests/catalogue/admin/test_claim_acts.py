"""Mission LABEL verifies and contests from the page of a claim."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue import contesting
from catalogue.models import Claim, Contest, ListImport, OfficialEntry, Verification
from home.services import MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.claims import SOON, SOURCE, cloud_claim, contested, proposed, read
from tests.catalogue.people import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(site):
    return cloud_claim()


@pytest.fixture
def me(client, site):
    user = staff(MODERATORS)
    sign_in_staff(client, user)
    return user


def act(claim, name):
    return reverse("claim_act", args=[claim.pk, name])


def page_of(client, claim):
    return client.get(reverse("allegations:inspect", args=[claim.pk])).content.decode()


def offered(client, claim):
    """The acts that the page of a claim leads to."""
    page = page_of(client, claim)
    names = ("verifier proposer confirmer ne-pas-confirmer mettre-fin contester maintenir "
             "abandonner lever").split()  # fmt: skip
    return {name for name in names if act(claim, name) in page}


def until(days=SOON):
    return f"{timezone.localdate() + days:%d/%m/%Y}"


def entry(**columns):
    made = ListImport.objects.create(
        list="secnumcloud", dated_on=timezone.localdate(), sha256="0" * 64, rows=1
    )
    defaults = {
        "list": "secnumcloud",
        "code": "snc-1",
        "label": "Nuage fictif",
        "valid_from": made.dated_on,
    }
    return OfficialEntry.objects.create(**{**defaults, "last_import": made, **columns})


def test_one_person_verifies_on_a_source_and_takes_it_back(client, me, claim):
    assert offered(client, claim) == {"verifier", "proposer", "contester"}
    row = entry()
    page = client.get(act(claim, "verifier"))
    assert page.status_code == 200
    assert "Nuage fictif ; SecNumCloud" in page.content.decode()
    assert "chooser-widget" in page.content.decode()  # or its button would do nothing
    kept = {"finding": "Il y figure.", "expires_on": until(SOON * 40)}
    late = client.post(act(claim, "verifier"), {**kept, "source_url": SOURCE})
    assert "Choisissez une échéance entre" in late.content.decode()
    assert "Il y figure." in late.content.decode()
    lacking = client.post(act(claim, "verifier"), {**kept, "expires_on": until()})
    assert "adresse de la source officielle, ou choisissez" in lacking.content.decode()
    forged = client.post(act(claim, "verifier"), {**kept, "official": "x\0"})
    assert forged.status_code == 200
    done = client.post(act(claim, "verifier"), {**kept, "expires_on": until(), "official": row.pk})
    assert done.url == reverse("allegations:inspect", args=[claim.pk])
    assert read(claim).official == row
    assert offered(client, claim) == {"verifier", "proposer", "contester", "mettre-fin"}
    client.post(act(claim, "mettre-fin"), {"reason": "Retiré de la liste"})
    assert read(claim).verified_on is None
    client.post(reverse("allegations:delete", args=[claim.pk]))
    assert Claim.objects.filter(pk=claim.pk).exists()


def test_the_lines_offered_are_in_force_and_of_the_right_lists(client, me, claim):
    entry(label="Nuage juste")
    entry(code="fini", label="Nuage fini", valid_from="2020-01-01", valid_to="2021-01-01")
    entry(code="mit", label="Licence MIT", list="licences")
    address = reverse("official_chooser:choose")
    page = client.get(address, {"kind": "cloud"}).content.decode()
    assert "Nuage juste" in page
    assert "Nuage fini" not in page
    assert "MIT" not in page
    results = reverse("official_chooser:choose_results")
    found = client.get(results, {"kind": "cloud", "q": "juste"}).content.decode()
    assert "Nuage juste" in found


def test_a_second_person_confirms_what_the_first_may_not(client, me, claim):
    client.post(act(claim, "proposer"), {"finding": "Le contrat le dit.", "expires_on": until()})
    waiting = Verification.objects.get()
    assert offered(client, claim) == {"verifier", "contester"}
    assert client.get(act(claim, "confirmer")).url == reverse(
        "allegations:inspect", args=[claim.pk]
    )
    own = client.post(act(claim, "confirmer"), {"seen": waiting.uid})
    assert "Une autre personne que celle qui propose" in own.content.decode()
    index = reverse("allegations:index")
    assert list(client.get(index, {"state": "waiting"}).context["object_list"]) == []

    other = sign_in_staff(Client(), staff(MODERATORS))
    assert "1 vérification à confirmer" in other.get(reverse("wagtailadmin_home")).content.decode()
    assert list(other.get(index, {"state": "waiting"}).context["object_list"]) == [claim]
    assert offered(other, claim) >= {"confirmer", "ne-pas-confirmer"}
    page = other.get(act(claim, "confirmer")).content.decode()
    assert "Le contrat le dit." in page
    other.post(act(claim, "confirmer"), {"seen": waiting.uid})
    assert read(claim).verified_by == "la mission LABEL"
    # The page that stayed open elsewhere says so; what it would open is gone.
    stale = other.post(act(claim, "ne-pas-confirmer"), {"seen": waiting.uid, "comment": "Non."})
    assert "attend plus" in stale.content.decode()
    assert other.get(act(claim, "confirmer")).status_code == 302


def test_a_contest_is_opened_answered_upheld_and_lifted(client, me, claim):
    owner = member(claim.listing.vendor)
    client.post(act(claim, "contester"), {"reason": "Le certificat est celui d'un autre."})
    contest = Contest.objects.get()
    assert offered(client, claim) == {"abandonner"}
    seen = {"seen": contest.uid, "decision": "Il est périmé."}
    early = client.post(act(claim, "maintenir"), seen)
    assert "jusqu&#x27;au" in early.content.decode()
    assert "Il est périmé." in early.content.decode()
    contesting.answer(contest=contest, by=owner, text="Il est à notre filiale.")
    index = reverse("allegations:index")
    assert list(client.get(index, {"state": "answered"}).context["object_list"]) == [claim]
    assert list(client.get(index, {"state": "overdue"}).context["object_list"]) == []
    assert "Il est à notre filiale." in client.get(act(claim, "maintenir")).content.decode()
    client.post(act(claim, "maintenir"), seen)
    assert offered(client, claim) == {"lever"}
    client.post(act(claim, "lever"), {**seen, "decision": "Le bon est arrivé."})
    assert read(contest).state == "lifted"
    assert client.get(act(claim, "lever")).status_code == 302
    for decision in ("Il est périmé.", "Le bon est arrivé."):
        assert decision in page_of(client, claim)


def test_abandoned_in_time(client, me, claim):
    contest = contested(claim)
    client.post(act(claim, "abandonner"), {"seen": contest.uid, "decision": "Erreur."})
    assert read(contest).state == "dismissed"


def test_who_acts_for_the_company_decides_nothing(client, me, claim):
    claim.listing.vendor.memberships.create(user=me, role="editor")
    waiting = proposed(claim)
    assert offered(client, claim) == set()
    assert "quelqu'un d'autre" in page_of(client, claim).replace("&#x27;", "'")
    for name in ("verifier", "confirmer", "contester"):
        assert client.get(act(claim, name)).url == reverse("wagtailadmin_home")
        assert client.post(act(claim, name), {"seen": waiting.uid}).status_code == 302
    assert read(waiting).state == "waiting"


def test_what_does_not_exist_is_not_found(client, me, claim):
    assert client.get(act(claim, "oublier")).status_code == 404
    assert client.get(reverse("claim_act", args=[0, "verifier"])).status_code == 404
