"""The second factor: for all who want one, and for everybody who enters the admin."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from accounts.permissions import has_second_factor
from home.services import MODERATORS
from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import add_totp, sign_in_staff, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once", "site")]

ADMIN, SETUP = "/gestion/", "/compte/second-facteur/"


@pytest.fixture
def moderator(person):
    person.is_staff = True
    person.save()
    person.groups.add(Group.objects.get(name=MODERATORS))
    return person


def by_password(person, **more):
    client = Client()
    data = {"login": person.email, "password": PASSWORD, **more}
    return client, client.post("/compte/connexion/", data)


def confirm_password(client):
    client.post("/compte/verifier/", {"password": PASSWORD})


def activate(client):
    """Set an application up through the pages; returns its secret."""
    confirm_password(client)
    page = client.get(SETUP + "application/").content.decode()
    secret = re.search(r'class="gt-secret">([A-Z2-7]+)<', page)[1]
    response = client.post(SETUP + "application/", {"code": totp_code(secret)})
    assert response.status_code == 302
    return secret


def test_staff_without_one_are_led_to_set_one_up(moderator):
    client, _ = by_password(moderator)
    response = client.get(ADMIN, follow=True)
    assert response.redirect_chain[-1][0] == SETUP
    assert "demande un second facteur" in response.content.decode()


def test_setting_one_up_opens_the_admin(moderator):
    client, _ = by_password(moderator)
    activate(client)
    assert client.get(ADMIN).status_code == 200


def test_staff_with_one_give_a_code_when_they_sign_in(moderator):
    secret = add_totp(moderator)
    client, response = by_password(moderator, next=ADMIN)
    assert response.url.startswith("/compte/second-facteur/code/")
    assert client.get(ADMIN).url.startswith("/gestion/login/")  # nobody is signed in yet
    wrong = client.post("/compte/second-facteur/code/", {"code": "000000"})
    assert "ne convient pas" in wrong.content.decode()
    right = client.post("/compte/second-facteur/code/", {"code": totp_code(secret)})
    assert right.url == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_a_code_serves_once(moderator):
    secret = add_totp(moderator)
    code = totp_code(secret)
    first, _ = by_password(moderator)
    first.post("/compte/second-facteur/code/", {"code": code})
    second, _ = by_password(moderator)
    second.post("/compte/second-facteur/code/", {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_a_session_opened_without_it_gives_a_code_before_entering(moderator):
    secret = add_totp(moderator)
    client = Client()
    client.force_login(moderator)
    response = client.get("/gestion/pages/?q=a")
    assert response.url == "/compte/second-facteur/verifier/?next=%2Fgestion%2Fpages%2F%3Fq%3Da"
    passed = client.post(response.url, {"code": totp_code(secret)})
    assert passed.url == "/gestion/pages/?q=a"
    assert client.get(ADMIN).status_code == 200


def test_whoever_has_a_passkey_only_is_asked_for_it(moderator):
    Authenticator.objects.create(user=moderator, type="webauthn", data={"name": "Clé"})
    client = Client()
    client.force_login(moderator)
    assert client.get(ADMIN).url == "/compte/second-facteur/cles/verifier/?next=%2Fgestion%2F"


def test_a_session_that_passed_as_somebody_else_passes_nothing(moderator, administrator):
    client = sign_in_staff(Client(), moderator)
    records = client.session["account_authentication_methods"]
    client.force_login(administrator)
    session = client.session
    session["account_authentication_methods"] = records
    session.save()
    assert client.get(ADMIN).url == SETUP


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "address",
    ["/gestion/", "/gestion/pages/", "/gestion/users/", "/gestion/fiches/", "/gestion/account/"],
)
def test_no_view_of_the_admin_opens_without_it(moderator, method, address):
    client, _ = by_password(moderator)
    assert getattr(client, method)(address).url == SETUP


def test_a_right_to_enter_counts_as_much_as_the_flag(person):
    access = Permission.objects.get(codename="access_admin")
    person.user_permissions.add(access)
    client, _ = by_password(person)
    assert client.get(ADMIN).url == SETUP


def test_a_vendor_at_the_admins_door_is_refused_without_a_traceback_in_the_log(person, caplog):
    client, _ = by_password(person)
    caplog.clear()
    assert client.get(ADMIN).status_code == 403
    assert [record.message for record in caplog.records] == ["Forbidden: /gestion/"]
    assert not any(record.exc_info for record in caplog.records)


def test_vendors_are_not_asked_for_one(person):
    client, response = by_password(person)
    assert response.url == "/compte/bienvenue/"
    assert client.get("/compte/").status_code == 200
    refused = client.get(ADMIN)
    assert refused.status_code == 403
    assert 'lang="fr"' in refused.content.decode()


def test_the_flag_alone_opens_nothing(person):
    person.is_staff = True
    person.save()
    assert sign_in_staff(Client(), person).get(ADMIN).status_code == 403


def test_the_ways_in_of_wagtail_lead_to_ours(client, moderator):
    response = client.get("/gestion/login/?next=/gestion/pages/")
    assert response.url == "/compte/connexion/?next=/gestion/pages/"
    data = {"username": moderator.email, "password": PASSWORD}
    client.post("/gestion/login/", data)
    assert "_auth_user_id" not in client.session
    assert client.get("/gestion/password_reset/").url == "/compte/mot-de-passe/oubli/"
    signed_in = sign_in_staff(Client(), moderator)
    signed_in.post("/gestion/logout/")
    assert "_auth_user_id" not in signed_in.session


def test_whoever_is_led_away_can_still_sign_out(moderator):
    client, _ = by_password(moderator)
    client.post("/gestion/logout/")
    assert "_auth_user_id" not in client.session


def test_staff_who_passed_cost_no_query_more(moderator, django_assert_max_num_queries):
    client = sign_in_staff(Client(), moderator)
    client.get(ADMIN)
    with django_assert_max_num_queries(60) as with_it:
        client.get(ADMIN)
    assert not any("mfa_authenticator" in query["sql"] for query in with_it.captured_queries)


def test_staff_keep_one_and_others_may_drop_theirs(moderator, mailoutbox):
    client, _ = by_password(moderator)
    activate(client)
    client.post(SETUP + "application/retirer/")
    assert has_second_factor(moderator)
    moderator.is_staff = False
    moderator.save()
    moderator.groups.clear()
    client.post(SETUP + "application/retirer/")
    assert not has_second_factor(User.objects.get(pk=moderator.pk))
    assert mailoutbox[-1].subject.endswith("Second facteur désactivé")


def test_recovery_codes_open_the_account_once_each(moderator):
    client, _ = by_password(moderator)
    activate(client)
    page = client.get(SETUP + "secours/").content.decode()
    codes = re.findall(r'class="gt-secret">(\d+)<', page)
    assert len(codes) == 10
    for expected in (True, False):
        other, _ = by_password(moderator)
        other.post("/compte/second-facteur/code/", {"code": codes[0]})
        assert ("_auth_user_id" in other.session) is expected


def test_setting_one_up_asks_for_the_password_again(person):
    client, _ = by_password(person)
    assert client.get(SETUP + "application/").url.startswith("/compte/verifier/")


def test_the_key_shown_stays_the_same_when_the_page_is_loaded_again(person):
    client, _ = by_password(person)
    confirm_password(client)
    pages = [client.get(SETUP + "application/").content.decode() for _ in range(2)]
    first, second = (re.search(r'class="gt-secret">([A-Z2-7]+)<', page)[1] for page in pages)
    assert first == second


def test_secrets_are_not_readable_in_the_database(person):
    secret = add_totp(person)
    row = Authenticator.objects.get(user=person)
    assert secret not in str(row.data)
    assert TOTP(row).validate_code(totp_code(secret))


def test_a_new_secret_key_keeps_second_factors_as_long_as_the_old_one_is_a_fallback(
    person, settings
):
    code = totp_code(add_totp(person))
    row = Authenticator.objects.get(user=person)
    settings.SECRET_KEY, old = "une-autre-cle", settings.SECRET_KEY
    assert not TOTP(row).validate_code(code)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert TOTP(row).validate_code(code)


PERIOD = 30
# Where a period begins, so that a test says how far a clock is off.
START = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def at(seconds: float):
    return time_machine.travel(START + dt.timedelta(seconds=seconds), tick=False)


def opens(person, code: str) -> bool:
    client, _ = by_password(person)
    client.post(SETUP + "code/", {"code": code})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("phone", "opened"), [(-PERIOD, True), (PERIOD, True), (-2 * PERIOD, False), (60, False)]
)
def test_a_phone_whose_clock_is_a_little_off_signs_in(person, phone, opened):
    secret = add_totp(person)
    with at(phone):
        code = totp_code(secret)
    with at(0):
        assert opens(person, code) is opened


@pytest.mark.parametrize("later", [1, 31, 61, 89])
def test_a_code_never_serves_again_while_it_would_still_fit(person, later):
    secret = add_totp(person)
    with at(PERIOD):
        code = totp_code(secret)
    with at(0):  # a phone that is fast: its code fits for three periods
        assert opens(person, code)
    with at(later):
        assert not opens(person, code)


@pytest.mark.parametrize("later", [0, 31, 59])
def test_the_code_that_set_an_application_up_does_not_sign_in(person, later):
    with at(0):
        client, _ = by_password(person)
        code = totp_code(activate(client))
    with at(later):
        assert not opens(person, code)


def test_a_confirmation_takes_a_code_that_did_not_serve_yet(person):
    secret = add_totp(person)
    client = Client()
    client.force_login(person)
    with at(0):
        assert client.post(SETUP + "verifier/", {"code": totp_code(secret)}).status_code == 302
    with at(31):
        with at(0):
            code = totp_code(secret)
        assert (
            "ne convient pas" in client.post(SETUP + "verifier/", {"code": code}).content.decode()
        )


def test_too_many_wrong_codes_ask_to_wait_not_for_a_new_password(person):
    add_totp(person)
    client, _ = by_password(person)
    with at(0):
        pages = [client.post(SETUP + "code/", {"code": "000000"}) for _ in range(30)]
    last = pages[-1].content.decode()
    assert "Trop d&#x27;essais" in last
    assert "nouveau mot de passe" not in last
