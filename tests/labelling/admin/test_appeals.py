"""« Recours » in the admin: what is contested beside what the company says, decided by a third."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labelling import awarding
from labelling.models import Appeal, Award, LabelApplication
from labelling.states import ApplicationState
from tests.accounts.signing_in import sign_in_staff
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")


def browser(user):
    return sign_in_staff(Client(), user)


def act(appeal, name):
    return reverse("label_appeal_act", args=[appeal.pk, name])


def read(client, *address, **query):
    return client.get(reverse(*address), query).content.decode()


@pytest.fixture
def appeal():
    file = make_application(ApplicationState.REFUSED, decision="Rien n'est sauvegardé.")
    judges = {"first_judge": make_reviewer(), "second_judge": make_decider(file.label)}
    return make_appeal(file, text="Le rapport était joint.", **judges)


def test_appeals_to_decide_come_first_due_and_late_ones_are_marked(appeal):
    late = make_appeal(
        make_application(ApplicationState.REFUSED),
        due_on=timezone.localdate() - dt.timedelta(days=1),
    )
    done = make_appeal(
        make_application(ApplicationState.REFUSED),
        state="rejected", decided_at=timezone.now(), decision="Non.",
    )  # fmt: skip
    client = browser(make_reviewer())
    shown = read(client, "recours:index")
    numbers = [row.application.number for row in (late, appeal)]
    assert shown.index(numbers[0]) < shown.index(numbers[1])
    assert shown.count("en retard") == 1
    assert done.application.number not in shown
    assert done.application.number in read(client, "recours:index", state="rejected")


def test_a_third_person_decides_beside_what_the_company_says(appeal):
    file = appeal.application
    judge = browser(third := make_decider(file.label))
    shown = read(judge, "recours:inspect", None, [appeal.pk])
    for words in ("Rien n&#x27;est sauvegardé.", "Le rapport était joint.", third.get_full_name()):
        assert words in shown
    assert act(appeal, "declarer-tardif") not in shown
    assert "Écrivez les motifs" in judge.post(act(appeal, "faire-droit"), {}).content.decode()
    assert (
        "formé à temps" in judge.get(act(appeal, "declarer-tardif"), follow=True).content.decode()
    )
    sent = judge.post(act(appeal, "faire-droit"), {"decision": "Il y était."})
    assert sent.url == reverse("recours:inspect", args=[appeal.pk])
    assert LabelApplication.objects.get().state == "under_review"
    assert "Il y était." in judge.get(sent.url).content.decode()
    gone = judge.get(act(appeal, "rejeter"), follow=True).content.decode()
    assert "« Accueilli »" in gone


def test_who_decided_before_decides_by_no_path(appeal):
    before = appeal.second_judge
    before.is_superuser = True
    before.save()
    desk = browser(before)
    assert "Une troisième personne décide" in read(desk, "recours:inspect", None, [appeal.pk])
    for name in ("faire-droit", "rejeter"):
        refused = desk.post(act(appeal, name), {"decision": "Oui."})
        assert (refused.status_code, "Une autre personne" in refused.content.decode()) == (
            403,
            True,
        )
    for view in ("edit", "delete"):
        desk.post(reverse(f"recours:{view}", args=[appeal.pk]), {"text": "x", "state": "allowed"})
    assert Appeal.objects.get().state == "opened"


def test_the_motives_of_a_measure_stand_beside_the_appeal_and_the_history_counts_down():
    award = make_award()
    awarding.announce(award=award, measure="abrogation", by=make_reviewer(), reason="Doute.")
    Award.objects.update(notice_reply="Non.")
    awarding.abrogate(
        award=award,
        by=make_decider(award.label),
        comment="L'hébergeur a changé deux fois.",
        reason="Hébergement changé.",
    )
    file = award.application
    appeal = make_appeal(file, award=award, against="abrogation", text="C'est faux.")
    Award.objects.update(reason="Motif écrit depuis.")
    judge = browser(make_decider(award.label))
    page = BeautifulSoup(read(judge, "recours:inspect", None, [appeal.pk]), "html.parser")
    contested = page.select_one("section[aria-labelledby=contested]")
    for words in ("L'hébergeur a changé deux fois.", "Hébergement changé."):
        assert words in contested.text
    letter = file.letters.get(kind="abrogation")
    there = reverse("file_letter", args=[file.pk, letter.uid])
    assert contested.select_one(f"a[href='{there}']")
    (history,) = page.select("ol.desk-events")
    assert history.has_attr("reversed")

    form = BeautifulSoup(judge.get(act(appeal, "rejeter")).content, "html.parser")
    assert "L'hébergeur a changé deux fois." in form.select_one("dl").text
    assert form.select_one(f"dl a[href='{there}']")
    assert f"Recours contre l'abrogation, dossier {file.number}" in form.text
    assert f"{file.number} : l'abrogation" not in form.text
