"""What a provider may answer: a forger lies, and each lie is refused."""

import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.urls import reverse

from accounts.models import Identity, User
from tests.accounts.journey import BACK, START, ask_to_link, asked, come_back, is_signed_in
from tests.accounts.signing_in import add_totp, totp_code
from tests.oidc.forging import key, signed

pytestmark = pytest.mark.django_db


def test_state_nonce_and_pkce_are_long_and_fresh(client, forger):
    first, second = asked(client), asked(client)
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    assert first["code_challenge_method"] == "S256"
    assert first["response_type"] == "code"
    assert json.loads(first["claims"])["id_token"]["acr"]["essential"] is True


def test_the_honest_answer_of_the_forger_signs_in(client, forger):
    """Without this, the refusals below would prove nothing."""
    assert come_back(client, forger).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"aud": "un-autre-service"},
        {"aud": None},
        {"aud": ["catalogue", "un-autre-service"]},
        {"aud": ["catalogue", "un-autre-service"], "azp": "un-autre-service"},
        {"azp": "un-autre-service"},
        {"exp": -3600},
        {"exp": None},
        {"iat": -3600},
        {"iat": 3600},
        {"iat": None},
        {"nonce": "celui-d-un-autre"},
        {"nonce": None},
        {"acr": "eidas0"},
        {"acr": None},
        {"sub": None},
        {"sub": "sub-2"},
    ],
    ids=str,
)
def test_an_id_token_that_lies_is_refused(client, forger, lie):
    forger.id_token = lie
    assert_refused(client, come_back(client, forger))


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"aud": "un-autre-service"},
        {"aud": None},
        {"exp": -3600},
        {"sub": "sub-2"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_userinfo_that_lies_is_refused(client, forger, lie):
    forger.userinfo = lie
    assert_refused(client, come_back(client, forger))


@pytest.mark.parametrize("sub", ["x" * 256, "a\0b", "é", ""], ids=["long", "nul", "é", "empty"])
def test_a_subject_that_is_not_one_is_refused(client, forger, sub):
    forger.id_token = forger.userinfo = {"sub": sub}
    assert_refused(client, come_back(client, forger))


def assert_refused(client, response, status=400):
    page = response.content.decode()
    assert response.status_code == status
    assert "La connexion n&#x27;a pas abouti" in page or "La connexion n'a pas abouti" in page
    assert client.get(reverse("account_home")).status_code == 302
    assert Identity.objects.count() == 0


def test_a_userinfo_that_nobody_signed_is_refused(client, forger):
    body = json.dumps({**forger.userinfo_claims()})
    forger.raw["/userinfo"] = (200, "application/json", body)
    assert_refused(client, come_back(client, forger))


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_signed_in_another_way_is_refused(client, forger, path, algorithm):
    sent = asked(client)
    forger.nonce = sent["nonce"]
    secret = "s" * 40 if algorithm == "HS256" else None
    claims = forger.id_claims() if path == "/token" else forger.userinfo_claims()
    token = jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": "k1"})
    if path == "/token":
        body = json.dumps({"access_token": "a", "id_token": token})
        forger.raw[path] = (200, "application/json", body)
    else:
        forger.raw[path] = (200, "application/jwt", token)
    assert_refused(client, client.get(BACK, {"code": "c", "state": sent["state"]}))


def test_keys_that_rotate_are_followed_and_a_withdrawn_one_is_refused(client, forger):
    assert come_back(client, forger).status_code == 302
    client.logout()
    forger.published = ["k2"]
    assert come_back(client, forger).status_code == 400
    forger.kid = "k2"
    assert come_back(client, forger).status_code == 302


def test_a_key_under_a_known_name_that_did_not_sign_is_refused(client, forger):
    sent = asked(client)
    forger.nonce = sent["nonce"]
    token = jwt.encode(forger.id_claims(), key("thief"), algorithm="RS256", headers={"kid": "k1"})
    body = json.dumps({"access_token": "a", "id_token": token})
    forger.raw["/token"] = (200, "application/json", body)
    assert_refused(client, client.get(BACK, {"code": "c", "state": sent["state"]}))


@pytest.mark.parametrize("state", ["", "un-etat-que-personne-n-a-donne-aaaaaaaaaaaaaaa"])
def test_a_state_that_was_not_given_is_refused_before_anything_is_asked(client, forger, state):
    asked(client)
    before = len(forger.asked)
    assert_refused(client, client.get(BACK, {"code": "c", "state": state}))
    assert len(forger.asked) == before


def test_a_state_of_another_browser_is_refused(client, forger):
    sent = asked(type(client)())
    assert_refused(client, client.get(BACK, {"code": "c", "state": sent["state"]}))


def test_an_answer_of_another_issuer_is_refused(client, forger):
    assert_refused(client, come_back(client, forger, iss="http://127.0.0.1:1"))


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/keys"])
@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (500, "text/html", "panne"),
        (200, "text/html", "<p>maintenance</p>"),
        (200, "application/json", "[]"),
        (200, "application/json", "{}"),
        (400, "application/json", '{"error": "invalid_grant"}'),
    ],
)
def test_whatever_the_provider_answers_is_a_page_in_french(
    client, forger, path, status, kind, body
):
    forger.raw[path] = (status, kind, body)
    response = come_back(client, forger)
    assert response.status_code in (400, 503)
    assert "La connexion n" in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "document", ["{}", "[]", "panne", '{"issuer": "http://127.0.0.1:1"}'], ids=str
)
def test_a_discovery_document_that_is_not_one_is_a_page_in_french(client, forger, document):
    forger.raw["/.well-known/openid-configuration"] = (200, "application/json", document)
    assert_refused(client, client.get(START), status=503)


def test_a_discovery_document_of_another_issuer_is_refused(client, forger):
    document = json.loads(forger.answer("/.well-known/openid-configuration")[2])
    body = json.dumps({**document, "issuer": "http://127.0.0.1:1"})
    forger.raw["/.well-known/openid-configuration"] = (200, "application/json", body)
    assert_refused(client, client.get(START), status=503)


def test_a_provider_that_is_down_is_a_page_in_french(client, settings):
    settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": "http://127.0.0.1:9"}
    assert_refused(client, client.get(START), status=503)


def test_the_discovery_document_is_read_once(client, forger):
    for _ in range(3):
        asked(client)
    assert forger.asked == ["/.well-known/openid-configuration"]


def test_without_an_issuer_there_is_neither_button_nor_address(client, settings):
    assert settings.PROCONNECT["ISSUER"] == ""
    assert "ProConnect" not in client.get("/compte/connexion/").content.decode()
    assert client.get(START).status_code == 404


def test_with_an_issuer_the_button_is_there(client, forger):
    page = client.get("/compte/connexion/?next=/comparer/").content.decode()
    assert f'href="{START}?next=/comparer/"' in page


def test_an_address_that_opens_another_account_is_not_copied_nor_its_account_opened(
    client, forger, person
):
    forger.userinfo = {"email": "ANA@exemple.fr"}
    response = client.get(come_back(client, forger).url, follow=True)
    user = Identity.objects.get().user
    assert user != person
    assert user.email is None
    assert "ouvre déjà un autre compte" in response.content.decode()


def test_an_identity_of_another_account_is_not_linked(signed_in, person, forger):
    come_back(type(signed_in)(), forger)
    owner = Identity.objects.get().user
    sent = parse_qs(urlsplit(ask_to_link(signed_in)).query)
    forger.nonce = sent["nonce"][0]
    response = signed_in.get(BACK, {"code": "c", "state": sent["state"][0]})
    assert response.status_code == 409
    assert Identity.objects.get().user == owner


def test_an_account_suspended_meanwhile_is_linked_to_nothing(signed_in, person, forger):
    sent = parse_qs(urlsplit(ask_to_link(signed_in)).query)
    forger.nonce = sent["nonce"][0]
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert_refused(signed_in, signed_in.get(BACK, {"code": "c", "state": sent["state"][0]}))


def test_a_suspended_account_is_told_so(client, forger):
    come_back(client, forger)
    client.logout()
    User.objects.filter(identities__isnull=False).update(is_active=False)
    response = client.get(come_back(client, forger).url)
    assert "Ce compte est suspendu" in response.content.decode()
    assert not is_signed_in(client)


def test_whoever_has_a_second_factor_gives_a_code_after_proconnect_too(client, forger):
    come_back(client, forger)
    user = Identity.objects.get().user
    secret = add_totp(user)
    client.logout()
    response = come_back(client, forger)
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    client.post(response.url, {"code": totp_code(secret)})
    assert is_signed_in(client)
    assert "ProConnect" in client.post(reverse("account_logout")).content.decode()


def test_a_page_asked_for_survives_the_code(client, forger):
    come_back(client, forger)
    secret = add_totp(Identity.objects.get().user)
    client.logout()
    query = parse_qs(urlsplit(client.get(START, {"next": "/comparer/"}).url).query)
    forger.nonce = query["nonce"][0]
    response = client.get(BACK, {"code": "c", "state": query["state"][0]})
    assert client.post(response.url, {"code": totp_code(secret)}).url == "/comparer/"


@pytest.mark.parametrize("email", [["x"], "pas une adresse", "@exemple.fr", "", None], ids=repr)
def test_claims_of_another_shape_are_left_out(client, forger, email):
    forger.userinfo = {"siret": 12, "roles": "agent_public", "email": email, "given_name": None}
    come_back(client, forger)
    identity = Identity.objects.get()
    assert (identity.siret, identity.roles, identity.user.email) == ("", "", None)


def test_what_the_provider_says_last_is_what_counts(client, forger):
    forger.userinfo = {"roles": ["agent_public_etat"]}
    come_back(client, forger)
    assert Identity.objects.get().user.is_agent
    client.logout()
    forger.userinfo = {"roles": []}
    come_back(client, forger)
    assert not Identity.objects.get().user.is_agent


def test_signing_out_works_when_the_provider_is_down(client, forger, settings):
    come_back(client, forger)
    settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": "http://127.0.0.1:9"}
    assert client.post(reverse("account_logout")).url == "/"
    assert not is_signed_in(client)


def test_tokens_are_signed_by_the_forger_as_the_tests_believe():
    assert jwt.decode(signed({"a": 1}, "k1"), key("k1").public_key(), algorithms=["RS256"])
