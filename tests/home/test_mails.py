"""docs/mails.md lists every mail of the product, and no other; each leaves when it says."""

import re
from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts import notifications as accounts
from accounts.models import User
from catalogue import notifications, sheet_mails
from config.environment import ROOT
from sourcing import notifications as sourcing
from tests.accounts.conftest import PASSWORD
from tests.home.mails.accounts import IN_A_BROWSER, Browser
from tests.home.mails.accounts import TRIGGERS as OF_ACCOUNTS
from tests.home.mails.companies import TRIGGERS as OF_COMPANIES
from tests.home.mails.labels import TRIGGERS as OF_LABELS
from tests.home.mails.referentials import TRIGGERS as OF_REFERENTIALS
from tests.home.mails.sheets import TRIGGERS as OF_SHEETS
from tests.home.mails.wagtail import MAILS as WAGTAIL
from tests.home.mails.wagtail import TRIGGERS as OF_WAGTAIL
from tests.home.mails.world import World

TRIGGERS = {**OF_COMPANIES, **OF_SHEETS, **OF_REFERENTIALS, **OF_LABELS, **OF_WAGTAIL}

MAILS = {
    **{
        name: (str(words.subject), str(words.action))
        for registry in (accounts.MAILS, notifications.MAILS, sourcing.MAILS)
        for name, words in registry.items()
    },
    **{
        f"sheet/{outcome}": (str(words.subject), str(words.action))
        for outcome, words in sheet_mails.WORDS.items()
    },
    "home/contact": ("%(subject)s", "–"),
    **WAGTAIL,
}
"""Name of every mail: its subject and its action."""


def rows() -> list[tuple[str, str]]:
    """Subject and action of each row of the documentation."""
    found = []
    for line in (ROOT / "docs" / "mails.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[-1] != "action":
            subject = re.sub(r"^« (.*) »$", r"\1", cells[-2])
            found.append((subject, cells[-1]))
    return found


def test_each_mail_has_its_row_and_each_row_its_mail():
    documented, sent = Counter(rows()), Counter(MAILS.values())
    assert set(documented) == set(sent)
    assert documented >= sent  # two mails of the same words leave for two reasons: two rows


def test_each_mail_has_what_makes_it_leave():
    assert {*OF_ACCOUNTS, *IN_A_BROWSER, *TRIGGERS} == set(MAILS)


def assert_sent(name: str, address: str) -> None:
    """That mail is in the outbox, for that address, with its action."""
    subject, action = MAILS[name]
    pattern = re.sub(r"%\\\((\w+)\\\)s", ".+", re.escape(subject))
    matching = [
        message
        for message in mail.outbox
        if re.search(rf"(^|\] ){pattern}$", message.subject.replace("\xa0", " "))
        and message.to == [address]
    ]
    assert matching, [(message.subject, message.to) for message in mail.outbox]
    assert action in matching[-1].body or action == "–"


@pytest.mark.django_db
@pytest.mark.parametrize("name", TRIGGERS)
def test_a_mail_leaves(site, django_capture_on_commit_callbacks, name):
    world = World(django_capture_on_commit_callbacks)
    assert_sent(name, TRIGGERS[name](world))


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_a_mail_about_an_account_leaves(site, client, monkeypatch, name):
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **options: do())
    person = User.objects.create_user("ana@exemple.fr", PASSWORD)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    chief = User.objects.create_superuser("chef@exemple.fr", PASSWORD)
    client.post("/compte/connexion/", {"login": person.email, "password": PASSWORD})
    client.post("/compte/verifier/", {"password": PASSWORD})
    mail.outbox.clear()
    assert_sent(name, OF_ACCOUNTS[name](Browser(client, person, chief, mail.outbox)))


@pytest.mark.parametrize("name", IN_A_BROWSER)
def test_a_mail_that_takes_a_browser_is_named_by_its_test(name):
    assert f'{MAILS[name][0]}"' in (ROOT / IN_A_BROWSER[name]).read_text(encoding="utf-8")
