"""Every mail about accounts: its words, its one action, its row in docs/mails.md."""

import re

import pytest
from allauth import __file__ as allauth_file
from django.core import mail

from accounts.notifications import MAILS, message
from accounts.tasks import send
from config.environment import ROOT

VALUES = {
    "activate_url": "https://catalogue.example/a",
    "password_reset_url": "https://catalogue.example/b",
    "signup_url": "https://catalogue.example/c",
    "to_email": "b@exemple.fr",
    "from_email": "a@exemple.fr",
    "deleted_email": "a@exemple.fr",
    "identity": "Commune d'Exemple",
    "reason": "Téléphone <perdu>",
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_the_same_in_text_and_html_with_one_action(name):
    made = message(name, "ana@exemple.fr", VALUES)
    page = made.alternatives[0].content
    assert made.subject.startswith("[Catalogue GouvTech] ")
    assert made.to == ["ana@exemple.fr"]
    assert "%(" not in made.body
    addresses = re.findall(r"https?://\S+", made.body.split("\n--\n")[0])
    assert len(addresses) == 1
    assert page.count(f'href="{addresses[0]}"') == 1
    assert '<html lang="fr">' in page
    assert "<perdu>" not in page
    assert not re.search(r"<(style|script|img)|style=", page)


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_its_row_in_the_documentation(name):
    rows = (ROOT / "docs" / "mails.md").read_text(encoding="utf-8")
    assert str(MAILS[name].subject) in rows


def test_every_mail_that_allauth_sends_has_our_words():
    root = allauth_file.removesuffix("__init__.py")
    from pathlib import Path

    sources = [*Path(root, "account").rglob("*.py"), *Path(root, "mfa").rglob("*.py")]
    sent = {
        found
        for source in sources
        for found in re.findall(r'"((?:account|mfa)/email/\w+)"', source.read_text())
    }
    by_code = {"account/email/login_code", "account/email/password_reset_code"}  # not in use here
    assert sent - by_code == {name for name in MAILS if not name.startswith("accounts/")}


def test_the_task_sends(mailoutbox):
    send.call("accounts/closed", "ana@exemple.fr", {})
    assert mail.outbox[0].subject.endswith("Votre compte est fermé")
