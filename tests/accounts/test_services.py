"""What closing, exporting, resetting and erasing do."""

import datetime as dt
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from accounts import services
from accounts.landing import _rules, landing, register
from accounts.models import Identity, User
from accounts.signals import account_closing, account_exporting
from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import add_totp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


def identity_of(user, sub="sub-1", **columns):
    return Identity.objects.create(
        user=user, issuer="https://idp.exemple", sub=sub, last_seen_at=timezone.now(), **columns
    )


@pytest.fixture
def listening():
    """Receivers of a test, gone after it."""
    connected = []

    def connect(signal, receiver):
        signal.connect(receiver, weak=False)
        connected.append((signal, receiver))

    yield connect
    for signal, receiver in connected:
        signal.disconnect(receiver)


def close_by_page(client):
    client.post("/compte/verifier/", {"password": PASSWORD})
    return client.post("/compte/fermer/", {"sure": "on"})


def test_a_closed_account_keeps_nothing_of_the_person(signed_in, person, mailoutbox):
    identity_of(person)
    add_totp(person)
    UserProfile.objects.create(user=person)
    other = Client()
    other.force_login(person)
    assert close_by_page(signed_in).url == "/compte/ferme/"
    person.refresh_from_db()
    assert (person.email, person.first_name, person.last_name) == (None, "", "")
    assert not person.is_active
    assert not person.has_usable_password()
    for rows in (EmailAddress, Identity, Authenticator, UserProfile, UserSession):
        assert not rows._default_manager.filter(user=person).exists()
    assert other.get("/compte/").status_code == 302
    assert not ModelLogEntry.objects.filter(label__contains="Ana").exists()
    assert mailoutbox[-1].to == ["ana@exemple.fr"]
    assert mailoutbox[-1].subject.endswith("Votre compte est fermé")


def test_an_address_is_free_again_after_closing(person):
    services.close_account(user=person)
    User.objects.create_user("ana@exemple.fr", PASSWORD)
    User.objects.create_user("b@exemple.fr", PASSWORD)
    services.close_account(user=User.objects.get(email="b@exemple.fr"))  # two closed, no clash


def test_another_app_may_refuse_and_says_why(signed_in, person, listening):
    listening(account_closing, lambda user, **_: "Cédez d'abord l'entreprise Ardoise.")
    response = close_by_page(signed_in)
    assert response.status_code == 409
    assert "Cédez d&#x27;abord l&#x27;entreprise Ardoise." in response.content.decode()
    assert User.objects.get(pk=person.pk).is_active


def test_the_last_administrator_stays(administrator):
    with pytest.raises(services.Refused, match="dernier administrateur"):
        services.close_account(user=administrator)
    second = User.objects.create_superuser("second@exemple.fr", PASSWORD)
    services.close_account(user=administrator)
    with pytest.raises(services.Refused):
        services.close_account(user=second)


def test_closing_asks_for_the_password_and_a_tick(signed_in, person):
    assert signed_in.post("/compte/fermer/", {"sure": "on"}).url.startswith("/compte/verifier/")
    signed_in.post("/compte/verifier/", {"password": PASSWORD})
    assert signed_in.post("/compte/fermer/", {}).status_code == 200
    assert User.objects.get(pk=person.pk).is_active


def test_a_copy_of_ones_data_holds_what_all_apps_keep_and_no_secret(signed_in, person, listening):
    identity_of(person, siret="73282932000074")
    secret = add_totp(person)
    listening(account_exporting, lambda user, **_: {"entreprises": ["Ardoise"]})
    assert signed_in.get("/compte/donnees.json").status_code == 302
    signed_in.post("/compte/verifier/", {"password": PASSWORD})
    response = signed_in.get("/compte/donnees.json")
    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    assert data["compte"]["adresse"] == "ana@exemple.fr"
    assert data["identites"][0]["siret"] == "73282932000074"
    assert data["entreprises"] == ["Ardoise"]
    assert secret not in response.content.decode()
    assert person.password not in response.content.decode()


def test_an_identity_is_detached_unless_nothing_else_opens_the_account(person, mailoutbox):
    identity = identity_of(person)
    alone = User.objects.create_user(None)
    with pytest.raises(services.Refused, match="seul moyen"):
        services.unlink_identity(user=alone, identity=identity_of(alone, "sub-2"))
    services.unlink_identity(user=person, identity=identity)
    assert not person.identities.exists()
    assert mailoutbox[-1].subject.endswith("ProConnect n'ouvre plus votre compte")


def test_nobody_detaches_the_identity_of_somebody_else(signed_in, person):
    identity = identity_of(User.objects.create_user("b@exemple.fr", PASSWORD))
    signed_in.post("/compte/verifier/", {"password": PASSWORD})
    assert signed_in.post(f"/compte/proconnect/{identity.pk}/detacher/").status_code == 404


def test_an_administrator_takes_away_a_lost_second_factor(person, administrator, mailoutbox):
    add_totp(person)
    client = Client()
    client.force_login(person)
    services.reset_second_factor(user=person, by=administrator, reason="Vu en personne")
    assert not Authenticator.objects.filter(user=person).exists()
    assert "Vu en personne" in mailoutbox[-1].body
    entry = ModelLogEntry.objects.get(action="accounts.second_factor_reset")
    assert (entry.user, entry.data["reason"]) == (administrator, "Vu en personne")


@pytest.mark.parametrize("who", ["oneself", "staff", "nobody"])
def test_nobody_else_takes_one_away(person, administrator, who):
    add_totp(administrator)
    by = {"oneself": administrator, "staff": person, "nobody": User()}[who]
    person.is_staff = True
    person.save()
    with pytest.raises(services.Refused):
        services.reset_second_factor(user=administrator, by=by, reason="x")
    assert Authenticator.objects.filter(user=administrator).exists()


def test_sign_ups_never_confirmed_and_ended_sessions_are_erased(signed_in, person):
    old = timezone.now() - dt.timedelta(days=8)
    forgotten = User.objects.create_user("oubli@exemple.fr", PASSWORD)
    EmailAddress.objects.create(user=forgotten, email=forgotten.email)
    recent = User.objects.create_user("recent@exemple.fr", PASSWORD)
    EmailAddress.objects.create(user=recent, email=recent.email)
    User.objects.exclude(pk=recent.pk).update(date_joined=old)
    UserSession.objects.create(user=person, ip="127.0.0.1", session_key="finie", user_agent="x")
    assert services.erase_stale(now=timezone.now(), dry_run=True) == 2
    assert User.objects.filter(pk=forgotten.pk).exists()
    assert services.erase_stale(now=timezone.now()) == 2
    assert set(User.objects.all()) == {person, recent}
    assert UserSession.objects.filter(user=person).count() == 1  # the one that is open


def test_a_rule_says_where_people_land(person):
    before = list(_rules)
    try:
        register(lambda user: "/espace-editeur/" if user.sirets else None)
        assert landing(person) == "/compte/"
        identity_of(person, siret="73282932000074")
        assert landing(User.objects.get(pk=person.pk)) == "/espace-editeur/"
    finally:
        _rules[:] = before


@pytest.mark.parametrize(
    ("roles", "is_agent"),
    [
        ("", False),
        ("agent_public", True),
        ("agent_public_etat", True),
        ("autre agent_public_territorial", True),
        ("non_agent_public", False),
        ("agent_publication", False),
    ],
)
def test_agents_are_those_whose_roles_say_so(person, roles, is_agent):
    identity_of(person, roles=roles)
    assert person.is_agent is is_agent
    assert User.objects.agents().filter(pk=person.pk).exists() is is_agent
