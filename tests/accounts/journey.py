"""The way to ProConnect and back, as a browser goes it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import requests
from django.urls import reverse

from tests.accounts.conftest import PASSWORD

START, BACK = "/connexion/proconnect/", "/connexion/proconnect/retour/"
AGENT, EMPLOYEE = "agent@ville.exemple", "employe@ardoise.exemple"


def follow(address, hint, web=None):
    """Go to the provider as a browser would; the address that it sends back to."""
    web = web or requests.Session()
    address = f"{address}&login_hint={hint}"
    for _ in range(8):
        answer = web.get(address, allow_redirects=False)
        assert answer.is_redirect, answer.text
        address = requests.compat.urljoin(address, answer.headers["Location"])
        if address.startswith("http://testserver/"):
            return address.removeprefix("http://testserver")
    raise AssertionError("the provider does not send back")


def sign_in(client, hint=AGENT, **query):
    return client.get(follow(client.get(START, query).url, hint))


def asked(client):
    """What the site asks the provider for: the parameters of the authorisation request."""
    query = parse_qs(urlsplit(client.get(START).url).query)
    return {name: values[0] for name, values in query.items()}


def come_back(client, forger, **answer):
    """Come back from the forger with the right state."""
    sent = asked(client)
    forger.nonce = sent["nonce"]
    return client.get(BACK, {"code": "c", "state": sent["state"], **answer})


def ask_to_link(client):
    """Ask for an identity to be linked, password typed again; the address of the provider."""
    password = client.post(reverse("proconnect_link")).url
    page = client.post(password, {"password": PASSWORD}).content.decode()
    return html.unescape(re.search(r'content="0;url=([^"]+)"', page)[1])


def is_signed_in(client):
    return "_auth_user_id" in client.session
