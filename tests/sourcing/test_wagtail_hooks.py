"""Mission LABEL works through the queue of recommendations."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Category, Reason
from home.services import EDITORS
from sourcing import services
from sourcing.models import RecommendationRequest
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

NEED = "Signer les arrêtés à distance : douze signataires, quatre cents actes par an."


def ask(body="Ville d'Essai", late=False, **columns):
    row = services.ask(body=body, need=NEED, email="a@ville.invalid", **columns)
    if late:
        row.due_on = timezone.localdate() - dt.timedelta(days=1)
        row.save()
    return row


def there(row):
    return reverse("recommandations:inspect", args=[row.pk])


def text(answer):
    return answer.content.decode()


@pytest.fixture
def judge(site):
    return moderator()


@pytest.fixture
def signed_in(client, judge):
    return sign_in_staff(client, judge)


def test_open_requests_come_first_the_most_pressing_on_top_and_late_ones_are_marked(
    signed_in, judge
):
    closed, later, late = ask("Close"), ask("Après"), ask("Avant", late=True)
    services.dismiss(request=closed, by=judge, text="Non.")
    answer = signed_in.get(reverse("recommandations:index"))
    assert list(answer.context["object_list"]) == [late, later, closed]
    assert "en retard" in text(answer).split("Avant")[1].split("Après")[0]
    assert "En retard : la date promise est passée" in text(signed_in.get(there(late)))
    assert "En retard" not in text(signed_in.get(there(later)))


@pytest.mark.parametrize(
    ("query", "bodies"),
    [
        ("state=open", {"Libre", "Prise", "Tard"}),
        ("state=late", {"Tard"}),
        ("state=mine", {"Prise"}),
        ("state=dismissed", {"Close"}),
        ("category={}", {"Libre"}),
        ("q=Tard", {"Tard"}),
    ],
)
def test_the_queue_is_filtered_and_searched(signed_in, judge, query, bodies):
    domain = Category.objects.first()
    ask("Libre", category=domain)
    ask("Tard", late=True)
    services.take(request=ask("Prise"), by=judge)
    services.dismiss(request=ask("Close"), by=judge, text="Non.")
    answer = signed_in.get(f"{reverse('recommandations:index')}?{query.format(domain.pk)}")
    assert {row.body for row in answer.context["object_list"]} == bodies


def test_it_is_taken_answered_with_sheets_and_shown_afterwards(signed_in, judge):
    make_sheet("Parapheur", slug="parapheur")
    make_sheet("Signature", slug="signature")
    row = ask()
    signed_in.post(there(row), {"decision": "take"})
    row.refresh_from_db()
    assert row.taken_by == judge
    sheets = "/solutions/parapheur/\n\n signature \nhttps://catalogue.example/solutions/parapheur/"
    signed_in.post(there(row), {"decision": "answer", "answer": "Voyez.", "sheets": sheets})
    row.refresh_from_db()
    assert (row.state, row.sheets.count()) == ("answered", 2)
    page = text(signed_in.get(there(row)))
    assert "Signature" in page
    assert 'name="answer"' not in page


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"decision": "answer", "answer": ""}, "Écrivez une réponse"),
        (
            {"decision": "answer", "answer": "Voyez.", "sheets": "/solutions/inconnue/"},
            "introuvables ou hors ligne : /solutions/inconnue/",
        ),
        ({"decision": "dismiss", "answer": "x" * 6001}, "6 000 caractères"),
        ({"decision": "autre", "answer": "Mon texte"}, "Choisissez"),
        ({"decision": "release", "answer": "Mon texte"}, "Personne"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(signed_in, posted, words):
    row = ask()
    page = text(signed_in.post(there(row), posted))
    assert words in page
    assert posted["answer"] in page
    assert posted.get("sheets", "") in page
    row.refresh_from_db()
    assert row.state == "received"


def test_who_does_not_have_it_releases_it_first(signed_in):
    row = services.take(request=ask(), by=moderator())
    assert 'name="answer"' not in text(signed_in.get(there(row)))
    signed_in.post(there(row), {"decision": "release"})
    assert 'name="answer"' in text(signed_in.get(there(row)))


def test_an_answer_starts_from_a_canned_text(signed_in):
    Reason.objects.create(
        purpose="recommendation", code="essai", label="Essai", text="Bonjour, voyez."
    )
    page = text(signed_in.get(f"{there(ask())}?texte=essai"))
    assert "Bonjour, voyez.</textarea>" in page


def test_the_dashboard_counts_what_waits(signed_in, judge):
    ask()
    services.dismiss(request=ask(), by=judge, text="Non.")
    assert "1 recommandation demandée" in text(signed_in.get(reverse("wagtailadmin_home")))


@pytest.mark.parametrize("role", ["owner", "other", "agent", "reviewer", "editorial"])
def test_nobody_else_enters(client, site, role):
    who = {
        "owner": lambda: member(VendorFactory()),
        "other": lambda: member(VendorFactory()),
        "agent": lambda: person(agent=True),
        "reviewer": reviewer,
        "editorial": lambda: staff(EDITORS),
    }[role]()
    row = ask()
    if who.is_staff:
        sign_in_staff(client, who)
    else:
        client.force_login(who)
    for address in (reverse("recommandations:index"), there(row)):
        answer = client.get(address)
        assert answer.status_code in (302, 403)
        assert "Ville d" not in text(answer)
    client.post(there(row), {"decision": "answer", "answer": "Voyez."})
    row.refresh_from_db()
    assert row.state == "received"


def test_requests_are_neither_written_nor_deleted_in_the_admin(signed_in):
    row = ask()
    for name, arguments in (("add", []), ("edit", [row.pk]), ("delete", [row.pk])):
        answer = signed_in.post(reverse(f"recommandations:{name}", args=arguments), {"body": "x"})
        assert answer.status_code in (302, 403)
    assert RecommendationRequest.objects.get() == row
