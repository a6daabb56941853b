"""Every mail about a company: its words, its one action, its row in docs/mails.md."""

import re

import pytest

from catalogue.notifications import MAILS, message
from config.environment import ROOT

VALUES = {
    "kept": "Ardoise <Messagerie>",
    "comment": "Retirez le logo <b>.",
    "deadline": "12/03/2026",
    "decision": "Le certificat <b> manque.",
    "until": "11/03/2027",
    "since": "05/01/2026",
    "lines": "\n« Ardoise <Courrier> »",
    "count": "5",
    "name": "Ardoise <Courrier>",
    "company": "Ficti <&>\nLog",
    "by": "Ana",
    "who": "Zoé",
    "role": "contributeur",
    "answer": "Bonjour <perdu>",
    "reason": "Illisible",
    "kind": "mandat signé",
    "address": "ana@fictilog.example",
    "code": "ABCD-2345",
    "what": "mandat signé",
    "sheet": "Ardoise <Courrier>",
    "body": "Commune d'Exemple",
    "client": "Ministère <Exemple>",
    "motive": "Une information est fausse",
    "page": "/solutions/<ged>/",
    "number": "D-2026-0001",
    "day": "11/03/2027",
    "days": "3",
    "files": "\nD-2026-0001, « Ardoise <Courrier> »",
    "text": "Il manque une pièce <b>.",
    "theme": "Sécurité & données",
    "outcome": "traité",
    "url": "https://catalogue.example/espace-editeur/",
}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_the_same_in_text_and_html_with_one_action(name):
    made = message(name, "ana@exemple.fr", VALUES)
    page = made.alternatives[0].content
    assert made.subject.startswith("[Catalogue GouvTech] ")
    assert "\n" not in made.subject
    assert "%(" not in made.body + made.subject
    assert re.findall(r"https?://\S+", made.body.split("\n--\n")[0]) == [VALUES["url"]]
    assert page.count(f'href="{VALUES["url"]}"') == 1
    assert "<perdu>" not in page
    assert "<&>" not in page
    assert not re.search(r"<(style|script|img)|style=", page)


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_its_row_in_the_documentation(name):
    rows = (ROOT / "docs" / "mails.md").read_text(encoding="utf-8")
    mail = MAILS[name]
    assert re.search(rf"{re.escape(str(mail.subject))} » \| {re.escape(str(mail.action))} ", rows)
