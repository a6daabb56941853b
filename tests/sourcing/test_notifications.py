"""Every mail about a recommendation: its words, its one action, its row in docs/mails.md."""

import re

import pytest

from catalogue.notifications.words import write
from config.environment import ROOT
from sourcing.notifications import MAILS

VALUES = {
    "body": "Ville <d'Essai>\nBis",
    "due_on": "4 décembre 2026",
    "answer": "Regardez <ceci>",
    "url": "https://catalogue.example/demander/x/",
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_the_same_in_text_and_html_with_one_action(name):
    made = write(MAILS[name], "ana@exemple.fr", VALUES)
    page = made.alternatives[0].content
    assert "\n" not in made.subject
    assert "%(" not in made.body + made.subject
    assert re.findall(r"https?://\S+", made.body.split("\n--\n")[0]) == [VALUES["url"]]
    assert page.count(f'href="{VALUES["url"]}"') == 1
    assert "<ceci>" not in page
    assert "<d'Essai>" not in page


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_its_row_in_the_documentation(name):
    rows = (ROOT / "docs" / "mails.md").read_text(encoding="utf-8")
    mail = MAILS[name]
    assert re.search(rf"{re.escape(str(mail.subject))} » \| {re.escape(str(mail.action))} ", rows)
