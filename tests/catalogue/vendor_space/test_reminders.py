"""Choosing one's reminders, and the way out of a mail; who may."""

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import ReminderKind
from catalogue.reminders import stop_token
from catalogue.vendor_space.urls_reminders import reminders_urls
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "owner", "editor", "other", "agent", "moderator", "reviewer")


@pytest.fixture
def vendor(site):
    return VendorFactory()


@pytest.fixture
def people(vendor):
    return {
        "owner": member(vendor),
        "editor": member(vendor, "editor"),
        "other": member(VendorFactory()),
        "agent": person(agent=True),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


def signed_in(people, role, **about) -> Client:
    client = Client(**about)
    if role != "anonymous":
        client.force_login(people[role])
    return client


def stops(user):
    return set(user.reminder_stops.values_list("kind", flat=True))


def way_out(user, kind=ReminderKind.DRAFT):
    return reverse("reminders_stop", args=[stop_token(user, kind)])


def test_every_route_is_in_this_matrix():
    assert {route.name for route in reminders_urls} == {"reminders", "reminders_stop"}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_signed_in_chooses_their_own_reminders_only(people, role, method):
    there = reverse("reminders")
    answer = getattr(signed_in(people, role), method)(there)
    if role == "anonymous":
        assert answer.url == f"{reverse('account_login')}?next={there}"
    else:
        assert answer.status_code == (200 if method == "get" else 302)
    changed = {name for name, user in people.items() if stops(user)}
    assert changed == ({role} & set(people) if method == "post" else set())


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_the_link_of_a_mail_stops_the_mails_of_its_reader_whoever_opens_it(people, role, method):
    reader = people["owner"]
    answer = getattr(signed_in(people, role), method)(way_out(reader))
    assert answer.status_code == 200
    assert stops(reader) == ({"draft"} if method == "post" else set())
    assert not any(stops(user) for name, user in people.items() if name != "owner")


def test_one_click_in_a_mail_program_needs_no_session_and_no_token_of_a_form(people):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(way_out(people["owner"]), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert stops(people["owner"]) == {"draft"}


def test_reading_the_link_shows_a_button_and_tells_nothing_of_the_person(people):
    page = Client().get(way_out(people["owner"])).content.decode()
    assert "Arrêter les mails « Fiche commencée et jamais remise » ?" in page
    assert "Ne plus les recevoir" in page
    assert people["owner"].email not in page
    done = Client().post(way_out(people["owner"])).content.decode()
    assert "vous ne recevrez plus « Fiche commencée et jamais remise »" in done
    assert people["owner"].email not in done


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["rien", "a:b:c", "é"])
def test_a_wrong_link_says_so_in_french(site, token, method):
    answer = getattr(Client(), method)(reverse("reminders_stop", args=[token]))
    assert answer.status_code == 404
    assert "Ce lien n'est plus valable" in answer.content.decode()


def test_kinds_are_turned_off_and_on_again(people):
    client = signed_in(people, "moderator")
    page = client.get(reverse("reminders")).content.decode()
    assert page.count("checked") == 4
    client.post(reverse("reminders"), {"stale": "on", "proof": "on"})
    assert stops(people["moderator"]) == {"draft", "digest"}
    page = client.get(reverse("reminders")).content.decode()
    assert page.count("checked") == 2
    client.post(reverse("reminders"), dict.fromkeys(ReminderKind.values, "on"))
    assert stops(people["moderator"]) == set()


def test_the_digest_is_offered_to_moderators_only(people):
    for role in ROLES[1:]:
        page = signed_in(people, role).get(reverse("reminders")).content.decode()
        assert ("Résumé quotidien" in page) is (role == "moderator")


def test_the_account_leads_there(people):
    page = signed_in(people, "owner").get(reverse("account_home")).content.decode()
    assert f'href="{reverse("reminders")}"' in page


def test_the_pages_are_kept_by_no_proxy(people):
    for there in (reverse("reminders"), way_out(people["owner"])):
        answer = signed_in(people, "owner").get(there)
        assert "no-store" in answer["Cache-Control"]
