"""What makes each mail about an account leave: its name → a function that does it.

Each returns the address that must get the mail. They are given a browser, somebody with a password
and the outbox.
"""

import re
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import services
from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import totp_code

NEW = "une autre phrase assez longue"
APPLICATION = "/compte/second-facteur/application/"


@dataclass
class Browser:
    """Somebody and their browser, signed in and the password confirmed."""

    client: Client
    person: User
    administrator: User
    outbox: list[Any]

    def linked(self) -> str:
        """Path of the address that the last mail asks to open."""
        return re.search(r"^http://testserver(/\S+)$", self.outbox[-1].body, re.MULTILINE)[1]


def sign_up(email: str) -> None:
    data = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/compte/inscription/", data)


def signed_up(on: Browser) -> str:
    sign_up("neuf@exemple.fr")
    return "neuf@exemple.fr"


def signed_up_again(on: Browser) -> str:
    sign_up(on.person.email)
    return on.person.email


def address_added(on: Browser) -> str:
    on.client.post("/compte/adresse/", {"email": "nouvelle@exemple.fr", "action_add": "1"})
    return "nouvelle@exemple.fr"


def address_changed(on: Browser) -> str:
    address_added(on)
    on.client.post(on.linked())
    return on.person.email


def address_dropped(on: Browser) -> str:
    address_added(on)
    data = {"email": "nouvelle@exemple.fr", "action_remove": "1"}
    on.client.post("/compte/adresse/", data)
    return on.person.email


def forgotten(on: Browser, email: str = "") -> str:
    email = email or on.person.email
    Client().post("/compte/mot-de-passe/oubli/", {"email": email})
    return email


def forgotten_by_nobody(on: Browser) -> str:
    return forgotten(on, "nul@exemple.fr")


def chosen_by_the_link(on: Browser) -> str:
    forgotten(on)
    client = Client()
    there = client.get(on.linked()).url
    client.post(there, {"password1": NEW, "password2": NEW})
    return on.person.email


def password_changed(on: Browser) -> str:
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    on.client.post("/compte/mot-de-passe/", data)
    return on.person.email


def password_set(on: Browser) -> str:
    on.person.set_unusable_password()
    on.person.save()
    on.client.force_login(on.person)
    on.client.post("/compte/mot-de-passe/choisir/", {"password1": NEW, "password2": NEW})
    return on.person.email


def application_set_up(on: Browser) -> str:
    page = on.client.get(APPLICATION).content.decode()
    secret = re.search(r'class="gt-secret">([A-Z2-7]+)<', page)[1]
    on.client.post(APPLICATION, {"code": totp_code(secret)})
    return on.person.email


def application_removed(on: Browser) -> str:
    application_set_up(on)
    on.client.post(f"{APPLICATION}retirer/")
    return on.person.email


def codes_made_again(on: Browser) -> str:
    application_set_up(on)
    on.client.post("/compte/second-facteur/secours/nouveaux/")
    return on.person.email


def key_removed(on: Browser) -> str:
    key = Authenticator.objects.create(user=on.person, type="webauthn", data={"name": "Clé"})
    on.client.post(f"/compte/second-facteur/cles/{key.pk}/retirer/")
    return on.person.email


def identity_linked(on: Browser) -> str:
    services.link_identity(user=on.person, issuer="https://pc.example", claims={"sub": "1"})
    return on.person.email


def identity_unlinked(on: Browser) -> str:
    identity_linked(on)
    services.unlink_identity(user=on.person, identity=on.person.identities.get())
    return on.person.email


def second_factor_reset(on: Browser) -> str:
    services.reset_second_factor(user=on.person, by=on.administrator, reason="Perdu")
    return on.person.email


def account_opened(on: Browser) -> str:
    services.invite(user=on.person, by=on.administrator)
    return on.person.email


def account_closed(on: Browser) -> str:
    email = on.person.email
    services.close_account(user=on.person)
    return email


TRIGGERS = {
    "account/email/email_confirmation_signup": signed_up,
    "account/email/email_confirmation": address_added,
    "account/email/account_already_exists": signed_up_again,
    "account/email/unknown_account": forgotten_by_nobody,
    "account/email/password_reset_key": forgotten,
    "account/email/password_changed": password_changed,
    "account/email/password_reset": chosen_by_the_link,
    "account/email/password_set": password_set,
    "account/email/email_changed": address_changed,
    "account/email/email_deleted": address_dropped,
    "mfa/email/totp_activated": application_set_up,
    "mfa/email/totp_deactivated": application_removed,
    "mfa/email/webauthn_removed": key_removed,
    "mfa/email/recovery_codes_generated": codes_made_again,
    "accounts/identity_linked": identity_linked,
    "accounts/identity_unlinked": identity_unlinked,
    "accounts/second_factor_reset": second_factor_reset,
    "accounts/invited": account_opened,
    "accounts/closed": account_closed,
}
IN_A_BROWSER = {"mfa/email/webauthn_added": "tests/browser/test_accounts.py"}
"""Those that no client without a browser brings about: the test that does, which names the subject."""
