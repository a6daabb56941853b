"""The questionnaires of a sheet: begun, copied, proposed, checked, handed in."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Listing
from labelling import assessing
from labelling.models import Handover, SelfAssessment
from tests.catalogue.factories import make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.questionnaires import NEXT, SMALL, fill, stored, write
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db

FUTURE = NEXT.replace("2027-01-01", "2099-01-01")


def address(name, assessment, *more):
    version = assessment.version
    place = [assessment.listing.uid, version.referential.slug, version.version]
    return reverse(name, args=[*place, *more])


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def words(answer):
    """What a page says, as people read it."""
    return " ".join(BeautifulSoup(answer.content, "html.parser").text.split())


def test_a_questionnaire_is_begun_and_left_and_found_again(as_owner, owner, listing, version):
    url = reverse("assessments", args=[listing.uid])
    assert "Pas commencée" in read(as_owner, url).text
    answer = as_owner.post(url, {"referentiel": "essai", "version": "1"})
    assessment = SelfAssessment.objects.get()
    assert answer.url == address("assessment_space", assessment)
    write(assessment, owner, SE_01="oui")
    assert "1 réponse sur 4" in read(as_owner, url).text
    assert "Dans le thème" not in read(as_owner, answer.url).text
    nowhere = as_owner.post(url, {"referentiel": "essai", "version": "9"}, follow=True)
    assert "Choisissez un questionnaire" in words(nowhere)
    # The sheet's page and the dashboard lead there.
    for there in (reverse("sheet", args=[listing.uid]), reverse("vendor_space")):
        link = read(as_owner, there).select_one(f"a[href='{answer.url}']")
        assert "Référentiel d'essai : 1 réponse, pas encore remise" in link.text


def test_a_sheet_that_is_not_public_yet_may_answer_and_is_told_so(as_owner, owner, vendor, version):
    draft = sheets.draft(vendor, owner)
    url = reverse("assessments", args=[draft.uid])
    assert "La fiche n'est pas encore publique" in read(as_owner, url).text
    as_owner.post(url, {"referentiel": "essai", "version": "1"})
    assessment = SelfAssessment.objects.get()
    fill(assessment, owner)
    check = address("assessment_check", assessment)
    soup = read(as_owner, check)
    assert "Rien ne manque" in soup.text
    assert not soup.select("main form")
    refused = as_owner.post(check, {"conditions": "on", "exactitude": "on"})
    assert "La fiche n'est pas publique" in words(refused)
    assert not Handover.objects.exists()


def test_every_gap_is_listed_with_a_link_to_its_question(as_owner, owner, assessment):
    write(assessment, owner, SE_01="oui", SE_03="sans-objet")
    check = address("assessment_check", assessment)
    links = {link.text: link["href"] for link in read(as_owner, check).select(".gt-form li a")}
    theme = address("assessment_theme", assessment, "securite")
    assert links["SE-01"] == f"{theme}#SE-01"
    assert list(links) == ["SE-01", "SE-02", "SE-03", "DO-01"]
    for one in links.values():
        path, _hash, anchor = one.partition("#")
        assert read(as_owner, path).find(id=anchor)
    as_owner.post(check, {"conditions": "on", "exactitude": "on"})
    assert not Handover.objects.exists()


def test_answers_are_handed_in_once_all_is_there_and_agreed_to(as_owner, owner, assessment):
    fill(assessment, owner)
    check = address("assessment_check", assessment)
    assert "Attestez que les réponses" in words(as_owner.post(check))
    answer = as_owner.post(check, {"conditions": "on", "exactitude": "on"})
    assert answer.url == address("assessment_space", assessment)
    soup = read(as_owner, answer.url)
    assert soup.select_one(".fr-alert a")["href"] == "/solutions/ardoise/auto-evaluation/essai/"
    assert as_owner.get("/solutions/ardoise/auto-evaluation/essai/").status_code == 200
    assert "rien n'a changé" in read(as_owner, check).text
    write(assessment, owner, SE_03="81")
    soup = read(as_owner, check)
    assert "Réponses modifiées depuis la remise : SE-03." in " ".join(soup.text.split())
    assert soup.select_one("button:-soup-contains('Remettre')")
    line = read(as_owner, reverse("vendor_space")).select_one(f"a[href='{answer.url}']")
    assert "modifiée depuis" in line.text


def test_what_the_sheet_says_is_proposed_and_taken_one_by_one(as_owner, owner, assessment):
    page = assessment.listing.page
    page.repository_url = "https://exemple.fr/depot"
    page.save()
    space = address("assessment_space", assessment)
    soup = read(as_owner, space)
    assert "d'après l'adresse du dépôt donnée sur la fiche" in soup.text
    url = address("assessment_proposal", assessment)
    forged = as_owner.post(url, {"critere": "DO-01", "valeur": "https://autre.fr/"}, follow=True)
    assert "la fiche a changé" in words(forged)
    assert stored(assessment) == {}
    shown = {
        field["name"]: field["value"]
        for field in soup.select(f"form[action='{url}'] input[type=hidden]")
    }
    # Somebody wrote why, answered, then thought better of it: what was shown is no more.
    write(assessment, owner, DO_01="https://exemple.fr/autre")
    late = as_owner.post(url, shown, follow=True)
    assert "Quelqu'un a répondu à DO-01 entre-temps" in words(late)
    write(assessment, owner, DO_01="")
    as_owner.post(url, shown)
    assert stored(assessment) == {"DO-01": ""}
    taken = as_owner.post(url, shown | {"edition": "2"})
    assert taken.status_code == 302
    assert stored(assessment) == {"DO-01": "https://exemple.fr/depot"}
    assert "d'après" not in read(as_owner, space).text


def test_answers_are_copied_from_a_version_before_with_what_changed(as_owner, owner, assessment):
    fill(assessment, owner)
    assessing.hand_over(assessment=assessment, by=owner, attested=True)
    moved = (criterion("SE-01", text="Autre question ?"), *SMALL[2:4], criterion("SE-09"))
    make_version(*moved, head=FUTURE)
    listing = assessment.listing
    told = read(as_owner, reverse("assessments", args=[listing.uid])).text
    assert "questions nouvelles : 1 ; modifiées : 1 ; supprimées : 2" in " ".join(told.split())
    assert "questions nouvelles sans réponse : SE-09" in told
    as_owner.post(
        reverse("assessments", args=[listing.uid]), {"referentiel": "essai", "version": "2"}
    )
    newer = SelfAssessment.objects.get(version__version="2")
    soup = read(as_owner, address("assessment_space", newer))
    source = soup.select_one("select[name=source] option")
    assert "Cette fiche, version 1 (3 réponses)" in " ".join(source.text.split())
    url = address("assessment_copy", newer)
    done = as_owner.post(url, {"source": source["value"]}, follow=True)
    soup = BeautifulSoup(done.content, "html.parser")
    assert "3 réponses copiées" in soup.text
    assert soup.select_one(".fr-alert--warning a").text == "SE-01"
    assert stored(newer) == stored(assessment)
    none = as_owner.post(url, {"source": str(newer.uid)}, follow=True)
    assert "Choisissez d'où copier" in words(none)


def test_nothing_is_copied_from_another_company(as_owner, assessment):
    other = sheets.attached_vendor()
    theirs = make_sheet("Ailleurs", vendor=other).listing
    by = sheets.member(other)
    source = assessing.start(listing=theirs, version=assessment.version, by=by)
    fill(source, by)
    as_owner.post(address("assessment_copy", assessment), {"source": str(source.uid)})
    assert stored(assessment) == {}


def test_an_archived_sheet_leads_back_to_its_page_and_loses_nothing_typed(as_owner, assessment):
    Listing.objects.update(archived_at=timezone.now())
    for name, *more in (
        ("assessment_space",),
        ("assessment_check",),
        ("assessment_theme", "securite"),
    ):
        assert as_owner.get(address(name, assessment, *more)).url == reverse(
            "sheet", args=[assessment.listing.uid]
        )
    theme = address("assessment_theme", assessment, "securite")
    answer = as_owner.post(theme, {"SE-03-valeur": "42", "SE-03-edition": "0"})
    assert "Cette fiche est archivée" in words(answer)
    assert 'value="42"' in answer.content.decode()
    one = address("assessment_answer", assessment, "SE-03")
    assert as_owner.post(one, {"SE-03-valeur": "42"}).status_code == 422


def test_a_version_that_is_over_says_so(as_owner, owner, listing):
    until = '"essai"\nvalid_to = 2027-06-30'
    ending = make_version(*SMALL, head=NEXT.replace('"essai"', until, 1))
    with time_machine.travel(dt.datetime(2027, 6, 30, 10), tick=False):
        assessment = assessing.start(listing=listing, version=ending, by=owner)
        space = address("assessment_space", assessment)
        as_owner.force_login(owner)
        assert "n'est plus en vigueur" not in read(as_owner, space).text
    with time_machine.travel(dt.datetime(2027, 7, 1, 10), tick=False):
        as_owner.force_login(owner)
        assert "n'est plus en vigueur" in read(as_owner, space).text


@pytest.mark.parametrize("role", ["editor", "other", "agent"])
def test_members_only(client, assessment, vendor, role):
    people = {
        "editor": lambda: sheets.member(vendor, "editor"),
        "other": lambda: sheets.member(sheets.attached_vendor()),
        "agent": sheets.person,
    }
    client.force_login(people[role]())
    reading = (
        reverse("assessments", args=[assessment.listing.uid]),
        address("assessment_space", assessment),
        address("assessment_theme", assessment, "securite"),
        address("assessment_check", assessment),
    )
    writing = (
        *reading[2:],
        address("assessment_answer", assessment, "SE-01"),
        address("assessment_copy", assessment),
        address("assessment_proposal", assessment),
    )
    refused = role != "editor"
    assert all((client.get(url).status_code == 404) == refused for url in reading)
    assert all((client.post(url).status_code == 404) == refused for url in writing)
    client.logout()
    assert {client.get(url).status_code for url in reading} == {302}


def cost(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_pages_cost_the_same_however_many_questions_and_answers(as_owner, owner, listing):
    few = make_version(criterion("SE-01"), criterion("DO-01", theme="donnees"))
    many = make_version(
        *(
            criterion(f"SE-{rank:02}", evidence="optional", evidence_expected="Un écrit.")
            for rank in range(1, 25)
        ),
        criterion("DO-01", theme="donnees"),
        head=NEXT.replace('"essai"', '"grand"').replace("2027", "2025"),
    )
    costs = []
    for version in (few, many):
        assessment = assessing.start(listing=listing, version=version, by=owner)
        for one in version.definition.criteria:
            write(assessment, owner, **{one.id: "oui"})
        assessing.hand_over(assessment=assessment, by=owner, attested=True)
        urls = [
            address("assessment_space", assessment),
            address("assessment_theme", assessment, "securite"),
        ]
        as_owner.get(urls[0])  # fills what is kept from one request to the next
        costs.append([cost(as_owner, url) for url in urls])
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 32
