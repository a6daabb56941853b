"""One file in the admin: read by whom it concerns, judged criterion by criterion, asked, proposed."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from catalogue.models import Evidence, Reason
from home.services import EDITORS
from labelling import applying, judged, reviewing
from labelling.models import ConflictOfInterest, Consultation, CriterionReview
from labelling.states import ApplicationState as A
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.people import moderator
from tests.labelling.factories import make_claim, make_result
from tests.labelling.labels import (
    make_application,
    make_decider,
    make_expert,
    make_label,
    make_letter,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.fixture
def holder():
    return make_reviewer()


@pytest.fixture
def file(holder):
    return make_application(A.UNDER_REVIEW, holder=holder)


@pytest.fixture
def desk(client, holder):
    return sign_in_staff(client, holder)


def at(file, name="instruction:inspect", *rest):
    return reverse(name, args=[file.pk, *rest])


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def piece(file, criterion="SE-01", name="audit.pdf", content=b"%PDF-1.7 audit", **columns):
    claim = make_claim(file.listing.results.get(), criterion)
    return Evidence.objects.create(
        claim=claim, title="Audit", file=ContentFile(content, name=name), **columns
    )


def judge(client, file, criterion="SE-01", **values):
    sent = {"verdict": "conforme", "comment": "", "edition": 0, **values}
    extra = sent.pop("extra", {})
    return client.post(at(file, "file_verdict", criterion), sent, **extra)


def test_who_reads_a_file_its_theme_and_its_evidence(file):
    expert, asked, conflicted = make_expert(), make_expert(), make_reviewer()
    ConflictOfInterest.objects.create(user=conflicted, vendor=file.vendor, reason="Parent.")
    file.state = A.EXPERT_CONSULTED
    file.save()
    row = Consultation.objects.create(
        application=file,
        theme="securite",
        expert=asked,
        question="Est-ce sûr ?",
        due_on=timezone.localdate(),
    )
    theirs, other = piece(file), piece(file, "DO-01")
    places = {
        "file": at(file),
        "theme": reverse("label_consultation", args=[row.pk]),
        "piece of the theme": at(file, "file_piece", theirs.uid),
        "another piece": at(file, "file_piece", other.uid),
        "ask": at(file, "file_act", "note"),
    }
    everything, theme = set(places), {"theme", "piece of the theme"}
    wanted = (
        (file.holder, everything),
        (make_reviewer(), everything),
        (make_decider(), everything),
        (asked, theme),
        (expert, set()),
        (conflicted, set()),
        (moderator(), set()),
        (staff(EDITORS), set()),
        (owner_of(file.listing), set()),
        (None, set()),
    )
    for user, readable in wanted:
        browser = Client()
        if user is not None:
            sign_in_staff(browser, user)
        for name, address in places.items():
            answer = browser.get(address)
            if answer.streaming:
                list(answer.streaming_content)
            assert (answer.status_code == 200) == (name in readable), (user, name)


def test_a_refusal_says_why_and_an_expert_lands_on_their_theme(client, file):
    expert = make_expert()
    sign_in_staff(client, expert)
    refused = client.get(at(file))
    assert refused.status_code == 403
    assert "Un expert lit seulement" in refused.content.decode()
    row = Consultation.objects.create(
        application=file, theme="securite", expert=expert, question="?", due_on=timezone.localdate()
    )
    assert client.get(at(file)).url == reverse("label_consultation", args=[row.pk])
    page = soup(client.get(at(file), follow=True))
    assert page.select_one("#SE-01")
    assert not page.select_one("#DO-01")


def test_a_criterion_is_judged_by_a_form_and_the_page_counts(desk, file):
    assert judge(desk, file).url == f"{at(file)}#SE-01"
    page = soup(desk.get(at(file)))
    assert page.select_one("[data-done]").text == "1"
    assert file.number in page.select_one("header h1").text
    (here,) = page.select("[data-w-breadcrumbs] li:last-child a")
    assert file.number in here.text
    assert file.listing.page.title in here.text
    assert page.select_one("#SE-01 input[value=conforme]").has_attr("checked")
    left = soup(desk.get(at(file), {"voir": "restants"}))
    assert [one["id"] for one in left.select(".desk-criterion")] == ["DO-01"]


def test_what_is_refused_keeps_what_was_typed(desk, file):
    page = soup(judge(desk, file, verdict="n'importe", comment="Longue phrase."))
    assert "Choisissez un verdict" in page.select_one("#SE-01 [role=alert]").text
    assert page.select_one("#SE-01 textarea").text == "Longue phrase."
    assert not CriterionReview.objects.exists()


def test_the_text_of_a_reason_is_inserted_without_a_script(desk, file):
    reason = Reason.objects.create(
        purpose=Reason.Purpose.CRITERION, code="piece-vieille", label="Échue", text="Pièce échue."
    )
    answer = judge(desk, file, reason=reason.pk, comment="Voyez :", insert="1")
    assert soup(answer).select_one("#SE-01 textarea").text == "Voyez :\nPièce échue."
    assert not CriterionReview.objects.exists()


def test_the_script_is_answered_in_words_and_told_of_a_verdict_saved_meanwhile(desk, file):
    saved = judge(desk, file, extra=SCRIPT).json()
    assert (saved["edition"], saved["done"]) == (1, 1)
    assert saved["themes"] == {"securite": 1, "donnees": 0}
    assert saved["views"] == {"tous": 2, "restants": 1, "changes": 0}
    shown = soup(desk.get(at(file)))
    assert shown.select_one("[data-theme=securite]").text == "1"
    assert shown.select_one("[data-count=restants]").text == "1"
    late = judge(desk, file, verdict="non-conforme", comment="Non.", extra=SCRIPT)
    assert (late.status_code, late.json()["theirs"]["verdict"]) == (409, "conforme")
    page = soup(judge(desk, file, verdict="non-conforme", comment="Non."))
    assert "Quelqu'un a enregistré" in page.select_one("#SE-01 [role=alert]").text
    assert page.select_one("#SE-01 [name=edition]")["value"] == "1"
    assert judge(desk, file, verdict="", extra=SCRIPT).status_code == 400


def test_who_does_not_hold_the_file_reads_verdicts_and_writes_none(client, file):
    sign_in_staff(client, make_reviewer())
    assert not soup(client.get(at(file))).select(".desk-verdict")
    assert judge(client, file, extra=SCRIPT).status_code == 403


def test_evidence_is_shown_safely_and_each_reading_is_logged(desk, file, holder):
    audit = piece(file)
    drawing = piece(file, "DO-01", name="plan.svg", content=b"<svg/>")
    secret = Evidence.objects.create(
        claim=audit.claim,
        title="Contrat",
        url="https://example.org/c",
        is_public=False,
        restriction_reason="Prix négociés.",
    )
    shown = desk.get(at(file, "file_piece", audit.uid))
    assert shown["Content-Disposition"].startswith("inline")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == (
        "application/pdf",
        "nosniff",
    )
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    kept = desk.get(at(file, "file_piece", drawing.uid))
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept["Content-Security-Policy"].startswith("sandbox")
    for answer in (shown, kept):
        list(answer.streaming_content)
    logged = ModelLogEntry.objects.filter(action="labelling.file.piece", user=holder)
    assert {row.data["uid"] for row in logged} == {str(audit.uid), str(drawing.uid)}
    page = soup(desk.get(at(file)))
    assert "Prix négociés." in page.select_one("#SE-01").text
    assert page.select_one("#SE-01 iframe")["data-src"] == at(file, "file_piece", audit.uid)
    assert desk.get(at(file, "file_piece", secret.uid)).status_code == 404


def test_what_the_vendor_changed_since_the_question_stands_out(desk, file, holder):
    kept = piece(file)
    file.snapshot = judged.snapshot(file)
    file.save()
    judge(desk, file, verdict="a-preciser", comment="Quelle fréquence ?")
    judge(desk, file, "DO-01")
    reviewing.ask(
        application=file, by=holder, kind="precision", text="Précisez.", criteria=["SE-01"]
    )
    result = make_result(
        file.listing,
        file.handover.assessment.version,
        {"SE-01": "partiel", "DO-01": "oui"},
    )
    Evidence.objects.create(claim=kept.claim, title="Rapport", url="https://example.org/r")
    file.refresh_from_db()
    now = timezone.now()
    file.questions.update(answer="Voilà.", answered_at=now)
    file.state, file.round, file.handover = A.UNDER_REVIEW, 2, result.handover
    file.snapshot = judged.snapshot(file)
    file.asked_on = file.answer_due_on = None
    file.save()

    page = soup(desk.get(at(file)))
    changed, same = page.select_one("#SE-01"), page.select_one("#DO-01")
    assert "Nouvelle réponse" in changed.text
    assert "Tour 1 : À préciser" in changed.text
    assert [row.a.text.split(" (")[0] for row in changed.select(".desk-pieces li")] == [
        "Audit",
        "Rapport",
    ]
    assert [bool(row.select(".desk-new")) for row in changed.select(".desk-pieces li")] == [
        False,
        True,
    ]
    assert "Nouvelle" not in same.text
    assert "is-done" in same["class"]
    listed = soup(desk.get(at(file), {"voir": "changes"}))
    assert [one["id"] for one in listed.select(".desk-criterion")] == ["SE-01"]


def test_what_was_handed_in_after_the_answer_is_apart_and_its_changes_are_told(desk, file, holder):
    kept = piece(file)
    file.snapshot = judged.snapshot(file)
    file.save()
    late = Evidence.objects.create(claim=kept.claim, title="Rapport", url="https://example.org/r")
    rows = soup(desk.get(at(file))).select("#SE-01 .desk-pieces li")
    assert ["hors dossier" in row.text for row in rows] == [False, True]
    assert not any("Nouvelle pièce" in row.text for row in rows)

    reviewing.ask(
        application=file, by=holder, kind="precision", text="Précisez.", criteria=["SE-01"]
    )
    applying.answer(application=file, by=owner_of(file.listing), text="Rapport joint.")
    page = soup(desk.get(at(file)))
    rows = page.select("#SE-01 .desk-pieces li")
    assert not any("hors dossier" in row.text for row in rows)
    (new,) = [row.a.text.split(" (")[0] for row in rows if "Nouvelle pièce" in row.text]
    assert new == late.title
    (brought,) = page.select("#messages .desk-brought li")
    assert "SE-01" in brought.text


def test_a_question_starts_from_what_is_unclear(desk, file):
    judge(desk, file, verdict="a-preciser", comment="Quelle fréquence ?")
    address = at(file, "file_act", "interroger")
    page = soup(desk.get(address))
    assert "SE-01 : Quelle fréquence ?" in page.select_one("[name=text]").text
    assert [one["value"] for one in page.select("[name=criteria][checked]")] == ["SE-01"]
    assert "suspendu" in page.text
    empty = desk.post(address, {"kind": "missing", "text": "", "criteria": ["SE-01"], "days": 10})
    assert "Écrivez la question" in empty.content.decode()
    sent = {"kind": "missing", "text": "Joignez-la.", "criteria": ["SE-01"], "days": 10}
    assert desk.post(address, sent).url == at(file)
    file.refresh_from_db()
    assert file.state == A.AWAITING_VENDOR
    # The same again: it is no longer possible, and the page says so.
    assert "état" in soup(desk.post(address, sent)).text
    assert desk.get(address).url == at(file)


def test_notes_are_apart_from_messages(desk, file):
    desk.post(at(file, "file_act", "note"), {"text": "À surveiller."})
    desk.post(at(file, "file_act", "message"), {"text": "Bonjour à vous."})
    page = soup(desk.get(at(file)))
    assert "À surveiller." in page.select_one("#notes").text
    assert "À surveiller." not in page.select_one("#messages").text
    assert "Bonjour à vous." in page.select_one("#messages").text
    assert file.messages.count() == 1


def test_an_expert_is_asked_and_answers(desk, file):
    expert = make_expert()
    due = timezone.localdate() + dt.timedelta(days=5)
    desk.post(
        at(file, "file_act", "consulter"),
        {"expert": expert.pk, "theme": "securite", "question": "Est-ce sûr ?", "days": 5},
    )
    row = file.consultations.get()
    assert (row.due_on, row.expert) == (due, expert)
    browser = sign_in_staff(Client(), expert)
    listed = browser.get(reverse("instruction:index"))
    assert file.number in listed.content.decode()
    address = reverse("label_consultation", args=[row.pk])
    assert "Est-ce sûr ?" in browser.get(address).content.decode()
    assert "Écrivez votre avis" in browser.post(address, {"opinion": " "}).content.decode()
    browser.post(address, {"opinion": "Oui, sans réserve."})
    assert "Oui, sans réserve." in soup(desk.get(at(file))).select_one("#notes").text
    assert browser.get(address).status_code == 403


def test_a_proposal_starts_from_the_comments_and_waits_for_somebody_else(desk, file):
    judge(desk, file, comment="Vu à l'audit.")
    judge(desk, file, "DO-01", verdict="non-conforme", comment="Rien n'est dit.")
    address = at(file, "file_act", "proposer")
    page = soup(desk.get(address))
    motives = page.select_one("[name=motives]").text
    assert not page.select_one("details.desk-folded").has_attr("open")
    assert len(page.select("details.desk-folded [name^=text_]")) == 6
    assert "SE-01 (conforme) : Vu à l'audit." in motives
    assert "DO-01 (non conforme) : Rien n'est dit." in motives
    due = timezone.localdate() + dt.timedelta(days=60)
    sent = {
        "outcome": "granted_with_reservations",
        "level": file.level_id,
        "motives": motives,
        "text_0": "Dites-le.",
        "due_0": "",
    }
    refused = soup(desk.post(address, sent))
    assert "Dites avant quand la lever" in refused.text
    assert refused.select_one("details.desk-folded").has_attr("open")
    assert desk.post(address, {**sent, "due_0": due.isoformat()}).url == at(file)
    file.refresh_from_db()
    assert file.proposed_reservations == [{"text": "Dites-le.", "due_on": due.isoformat()}]
    assert "Dites-le." in soup(desk.get(at(file))).text


def test_a_file_is_taken_from_its_page_and_led_to_its_review(client):
    file, reviewer = make_application(), make_reviewer()
    sign_in_staff(client, reviewer)
    for form in ("prendre", "recevable", "commencer"):
        page = soup(client.get(at(file)))
        (button,) = page.select(f"form[action$='/{form}/']")
        client.post(button["action"])
    file.refresh_from_db()
    assert (file.holder, file.state) == (reviewer, A.UNDER_REVIEW)


def test_a_conflict_of_interest_closes_the_file_at_once(desk, file):
    address = at(file, "file_act", "conflit")
    assert "Écrivez pourquoi" in desk.post(address, {"reason": ""}).content.decode()
    assert desk.post(address, {"reason": "Ancien employeur."}).url == reverse("instruction:index")
    assert "Vous avez un conflit" in soup(desk.get(at(file))).text
    listed = desk.get(reverse("desk_conflicts")).content.decode()
    assert "Ancien employeur." in listed
    conflict = ConflictOfInterest.objects.get()
    desk.post(reverse("desk_conflict_end", args=[conflict.pk]))
    assert desk.get(at(file)).status_code == 200


def test_the_page_reads_no_more_for_more_criteria(desk, holder, django_assert_max_num_queries):
    from tests.labelling.factories import make_version
    from tests.labelling.labels import labelled_sheet
    from tests.labelling.referentials import criterion

    names = [f"SE-{rank:02d}" for rank in range(1, 31)]
    label = make_label(make_version(*(criterion(name) for name in names)))
    sheet = labelled_sheet(label, **dict.fromkeys(names, "oui"))
    file = make_application(A.UNDER_REVIEW, label=label, listing=sheet, holder=holder)
    with django_assert_max_num_queries(75):
        page = soup(desk.get(at(file)))
    assert len(page.select(".desk-criterion")) == 30


def test_a_letter_whose_file_is_lost_is_not_found(desk, file):
    letter = make_letter(file)
    letter.file.storage.delete(letter.file.name)
    assert desk.get(reverse("file_letter", args=[file.pk, letter.uid])).status_code == 404
