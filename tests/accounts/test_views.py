"""Who opens which page of accounts, and at what cost."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FOR_ALL = ["account_login", "account_signup", "account_reset_password", "account_closed"]
OF_ONES_OWN = [
    "account_home",
    "account_close",
    "account_email",
    "account_change_password",
    "usersessions_list",
    "mfa_index",
    "mfa_list_webauthn",
]
BEHIND_THE_PASSWORD = ["account_data", "mfa_activate_totp", "mfa_add_webauthn"]
POSTED = ["proconnect_link"]


@pytest.mark.parametrize("name", FOR_ALL)
def test_pages_for_all_open_to_anybody(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", OF_ONES_OWN + BEHIND_THE_PASSWORD)
def test_pages_of_an_account_ask_visitors_to_sign_in(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", OF_ONES_OWN)
def test_pages_of_an_account_open_to_its_owner(signed_in, name):
    response = signed_in.get(reverse(name))
    assert response.status_code == 200
    assert "no-cache" in response["Cache-Control"] or "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", BEHIND_THE_PASSWORD)
def test_what_touches_security_asks_for_the_password_again(signed_in, name):
    assert signed_in.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))
    signed_in.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert signed_in.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", POSTED)
def test_what_changes_something_is_posted(signed_in, name):
    assert signed_in.get(reverse(name)).status_code == 405


@pytest.mark.parametrize(
    "name", ["account_login", "account_home", "account_close", "account_logout"]
)
def test_forms_refuse_what_another_site_posts(person, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post(reverse(name), {"sure": "on"}).status_code == 403


@pytest.mark.parametrize("name", FOR_ALL)
def test_pages_allow_no_script_nor_style_of_their_own(client, name):
    response = client.get(reverse(name))
    assert "unsafe" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "style=" not in page
    assert "<script>" not in page


def test_the_account_page_costs_a_bounded_number_of_queries(
    signed_in, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        signed_in.get(reverse("account_home"))


def test_visitors_without_a_session_cost_no_query_more(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("account_closed"))


def test_a_name_is_kept_and_shown(signed_in, person):
    signed_in.post(reverse("account_home"), {"first_name": "Ana", "last_name": "Lopez"})
    person.refresh_from_db()
    assert str(person) == "Ana Lopez"


def test_too_long_a_name_is_refused_and_kept(signed_in, person):
    response = signed_in.post(reverse("account_home"), {"first_name": "a" * 151})
    assert "150" in response.content.decode()
    assert User.objects.get(pk=person.pk).first_name == "Ana"


def test_the_header_leads_to_ones_account(client, signed_in):
    assert 'href="/compte/connexion/"' in Client().get("/compte/ferme/").content.decode()
    page = signed_in.get("/compte/ferme/").content.decode()
    assert 'href="/compte/"' in page
    assert 'href="/deconnexion/"' in page
