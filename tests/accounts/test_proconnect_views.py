"""Signing in and out with a real provider."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Identity, User
from tests.accounts.journey import (
    AGENT,
    BACK,
    EMPLOYEE,
    START,
    ask_to_link,
    asked,
    follow,
    is_signed_in,
    sign_in,
)

pytestmark = pytest.mark.django_db


def test_an_agent_gets_an_account_and_lands_on_what_an_agent_can_do(client, provider):
    response = sign_in(client)
    assert response.url == reverse("account_landing")
    assert client.get(response.url).url == reverse("agent_home")
    page = client.get(reverse("agent_home")).content.decode()
    assert "Commune d&#x27;Exemple" in page
    identity = Identity.objects.get(issuer=provider, sub="sub-agent")
    assert identity.siret == "21930008900017"
    user = identity.user
    assert (user.email, user.first_name, user.last_name) == (AGENT, "Alice", "Martin")
    assert user.is_agent
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified


def test_an_employee_is_not_an_agent(client, provider):
    sign_in(client, EMPLOYEE)
    user = User.objects.get(email=EMPLOYEE)
    assert not user.is_agent
    assert user.sirets == ["73282932000074"]
    assert list(User.objects.agents()) == []
    assert client.get(reverse("account_landing")).url != reverse("agent_home")


def test_the_same_identity_comes_back_to_the_same_account(client, provider):
    sign_in(client)
    client.logout()
    sign_in(client)
    assert Identity.objects.count() == User.objects.filter(identities__isnull=False).count() == 1


def test_whoever_asked_for_a_page_is_led_to_it(client, provider):
    assert sign_in(client, next="/comparer/").url == "/comparer/"
    client.logout()
    assert sign_in(client, next="https://ailleurs.exemple/").url == reverse("account_landing")


def test_a_refusal_is_a_page_that_says_so(client, provider):
    response = sign_in(client, "deny")
    assert response.status_code == 400
    assert "Vous avez renoncé" in response.content.decode()
    assert not is_signed_in(client)


def test_an_answer_replayed_opens_nothing(client, provider, django_user_model):
    back = follow(client.get(START).url, AGENT)
    assert client.get(back).status_code == 302
    assert client.get(back).url == reverse("account_landing")  # the page was loaded again
    other = type(client)()
    assert other.get(back).status_code == 400
    client.logout()
    assert client.get(back).status_code == 400


def test_a_used_code_is_refused_even_with_a_fresh_state(client, provider):
    code = parse_qs(urlsplit(follow(client.get(START).url, AGENT)).query)["code"][0]
    client.get(BACK, {"code": code, "state": asked(client)["state"]})
    assert not is_signed_in(client)


def test_signing_out_here_signs_out_there(client, provider):
    sign_in(client)
    page = client.post(reverse("account_logout")).content.decode()
    assert not is_signed_in(client)
    address = html.unescape(re.search(r'content="0;url=([^"]+)"', page)[1])
    web = requests.Session()
    asked_to_confirm = web.get(address)
    assert asked_to_confirm.ok
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', asked_to_confirm.text)[1]
    form = {"xsrf": xsrf, "logout": "yes"}
    done = web.post(f"{provider}/session/end/confirm", data=form, allow_redirects=False)
    back = done.headers["Location"].removeprefix("http://testserver")
    response = client.get(back, follow=True)
    assert "de ProConnect aussi" in response.content.decode()


def test_an_identity_is_linked_to_the_account_of_whoever_asks_while_signed_in(
    signed_in, person, provider, mailoutbox, at_once
):
    response = signed_in.get(follow(ask_to_link(signed_in), AGENT))
    assert response.url == reverse("account_home")
    assert Identity.objects.get().user == person
    assert person.email == "ana@exemple.fr"
    assert mailoutbox[-1].subject.endswith("ProConnect ouvre votre compte")
    signed_in.logout()
    sign_in(signed_in)
    assert signed_in.session["_auth_user_id"] == str(person.pk)
