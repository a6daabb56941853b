"""Accounts by e-mail address: sign-up, sign-in, forgotten password, change of address."""

import re
import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

SIGN_UP, SIGN_IN = "/compte/inscription/", "/compte/connexion/"
FORGOTTEN = "/compte/mot-de-passe/oubli/"


def sign_up(client, email="neuf@exemple.fr", password=PASSWORD, again=None):
    data = {"email": email, "password1": password, "password2": again or password}
    return client.post(SIGN_UP, data)


def sign_in(client, email="ana@exemple.fr", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def link(mail):
    """Path of the address that the mail asks to open."""
    return re.search(r"^http://testserver(/\S+)$", mail.body, re.MULTILINE)[1]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_an_account_opens_once_its_address_is_confirmed(client, mailoutbox):
    assert sign_up(client).url == "/compte/adresse/a-confirmer/"
    assert not is_signed_in(client)
    (mail,) = mailoutbox
    assert mail.to == ["neuf@exemple.fr"]
    page = client.get(link(mail)).content.decode()
    assert "Confirmer mon adresse" in page
    assert (
        not EmailAddress.objects.get().verified
    )  # a mail gateway that opens links confirms nothing
    client.post(link(mail))
    assert EmailAddress.objects.get().verified
    assert is_signed_in(client)


def test_a_link_opened_in_another_browser_confirms_without_signing_in(client, mailoutbox):
    sign_up(client)
    other = Client()
    other.post(link(mailoutbox[0]))
    assert EmailAddress.objects.get().verified
    assert not is_signed_in(other)


def test_signing_in_before_confirming_sends_the_link_again(client, mailoutbox, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    sign_up(client)
    response = sign_in(Client(), "neuf@exemple.fr")
    assert response.url == "/compte/adresse/a-confirmer/"
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "12"),
        ("motdepasse123", "courant"),
        ("123456789012345", "numérique"),
        ("neuf@exemple.fr", "semblable"),
        ("Azertyuiop-2026!", "courant"),
        ("aabbaabbaabb", "courant"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason_in_french(client, password, why):
    response = sign_up(client, password=password)
    assert response.status_code == 200
    assert why in response.content.decode()
    assert not User.objects.exists()


def test_what_was_typed_is_kept_and_errors_lead_to_their_fields(client):
    page = sign_up(client, again="une autre phrase assez longue").content.decode()
    assert 'value="neuf@exemple.fr"' in page
    assert 'href="#id_password2"' in page


def test_nobody_learns_who_has_an_account_by_signing_up(client, person, mailoutbox):
    known = sign_up(client, person.email)
    new = sign_up(Client(), "neuf@exemple.fr")
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert [mail.subject for mail in mailoutbox] == [
        "[Catalogue GouvTech] Vous avez déjà un compte",
        "[Catalogue GouvTech] Confirmez votre adresse électronique",
    ]
    assert User.objects.filter(email=person.email).count() == 1


def test_nobody_learns_who_has_an_account_by_asking_for_a_password(client, person, mailoutbox):
    answers = [client.post(FORGOTTEN, {"email": e}) for e in (person.email, "nul@exemple.fr")]
    assert answers[0].url == answers[1].url
    assert len(mailoutbox) == 2


def test_nobody_learns_who_has_an_account_by_signing_in(client, person):
    known = sign_in(client, password="une phrase tout autre").content.decode()
    unknown = sign_in(client, "nul@exemple.fr").content.decode()
    sentence = "mot de passe ne convient pas"
    assert sentence in known
    assert sentence in unknown


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_up_at_once_with_one_address_make_one_account(monkeypatch):
    monkeypatch.undo()
    answers = []

    def go():
        answers.append(sign_up(Client(), "double@exemple.fr").status_code)
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 4
    assert User.objects.filter(email="double@exemple.fr").count() == 1


def test_a_person_signs_in_whatever_the_case_of_the_address(client, person):
    assert sign_in(client, "ANA@Exemple.fr").url == "/compte/bienvenue/"
    assert is_signed_in(client)


def test_a_page_asked_for_is_where_one_arrives_and_never_another_site(client, person):
    assert sign_in(client, next="/comparer/").url == "/comparer/"
    other = Client()
    assert sign_in(other, next="https://ailleurs.exemple/").url == "/compte/bienvenue/"


def test_guessing_is_stopped(client, person):
    for _ in range(12):
        sign_in(client, password="une phrase tout autre")
    page = sign_in(client).content.decode()
    assert "Trop d&#x27;essais" in page or "Trop d'essais" in page
    assert not is_signed_in(client)


def test_mass_sign_ups_are_stopped_with_a_page_in_french(client):
    answers = [sign_up(client, f"robot{number}@exemple.fr") for number in range(25)]
    assert answers[-1].status_code == 429
    assert "Trop de demandes" in answers[-1].content.decode()


def test_a_forgotten_password_is_chosen_again_once(client, person, mailoutbox):
    client.post(FORGOTTEN, {"email": person.email})
    address = link(mailoutbox[0])
    form = client.get(address).url
    new = "une phrase toute neuve"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert mailoutbox[-1].subject.endswith("Votre mot de passe a changé")
    assert sign_in(Client(), password=new).status_code == 302
    again = Client().get(address, follow=True).content.decode()
    assert "Ce lien ne vaut plus" in again


def test_a_new_password_ends_the_other_sessions_and_tells(signed_in, person, mailoutbox):
    other = Client()
    sign_in(other)
    new = "une phrase toute neuve"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    signed_in.post("/compte/mot-de-passe/", data)
    assert mailoutbox[-1].subject.endswith("Votre mot de passe a changé")
    assert signed_in.get("/compte/").status_code == 200
    assert other.get("/compte/").status_code == 302


def confirm_password(client):
    client.post("/compte/verifier/", {"password": PASSWORD})


def test_an_address_changes_once_the_new_one_is_confirmed(signed_in, person, mailoutbox):
    confirm_password(signed_in)
    signed_in.post("/compte/adresse/", {"email": "nouvelle@exemple.fr", "action_add": "1"})
    person.refresh_from_db()
    assert person.email == "ana@exemple.fr"
    signed_in.post(link(mailoutbox[0]))
    person.refresh_from_db()
    assert person.email == "nouvelle@exemple.fr"
    assert mailoutbox[-1].to == ["ana@exemple.fr"]
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["nouvelle@exemple.fr"]


def test_a_change_of_address_asks_for_the_password_again(signed_in, person, mailoutbox):
    response = signed_in.post("/compte/adresse/", {"email": "x@exemple.fr", "action_add": "1"})
    assert response.url.startswith("/compte/verifier/")
    assert mailoutbox == []


def test_an_address_taken_meanwhile_is_refused_when_confirmed(signed_in, person, mailoutbox):
    confirm_password(signed_in)
    signed_in.post("/compte/adresse/", {"email": "prise@exemple.fr", "action_add": "1"})
    User.objects.create_user("prise@exemple.fr", PASSWORD)
    response = signed_in.post(link(mailoutbox[0]), follow=True)
    assert "sert déjà à un autre compte" in response.content.decode()
    person.refresh_from_db()
    assert person.email == "ana@exemple.fr"


def test_other_sessions_are_seen_and_closed(signed_in, person):
    other = Client(headers={"user-agent": "Un autre navigateur"})
    sign_in(other)
    assert "Un autre navigateur" in signed_in.get("/compte/sessions/").content.decode()
    signed_in.post("/compte/sessions/")
    assert other.get("/compte/").status_code == 302
    assert signed_in.get("/compte/").status_code == 200
