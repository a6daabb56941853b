"""A company's way through a label, by its forms: asked for, answered, appealed, renewed."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Evidence, Role
from labelling import applying, assessing, procedure
from labelling.models import Appeal, LabelApplication, SelfAssessment
from labelling.states import AppealState, ApplicationState, AwardState
from labelling.states import Role as Ground
from tests.catalogue.people import member
from tests.labelling.labels import (
    labelled_sheet,
    make_application,
    make_award,
    make_decider,
    make_label,
    owner_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def page(answer):
    return BeautifulSoup(answer.content, "html.parser")


def words(answer):
    """What a page says, as people read it."""
    return " ".join(page(answer).text.split())


def url(name, application, *more):
    return reverse(name, args=[application.uid, *more])


def typed(answer, **values):
    """What the last form of a page would send, with what is typed over it."""
    form = page(answer).select("main form")[-1]
    sent = {}
    for field in form.select("input, textarea"):
        kind = field.get("type", "text")
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        sent.setdefault(field["name"], field.get("value") or field.text)
    sent.pop("csrfmiddlewaretoken", None)
    return {**sent, **values}


@pytest.fixture
def label():
    return make_label()


@pytest.fixture
def listing(label):
    return labelled_sheet(label)


@pytest.fixture
def owner(client, listing):
    user = owner_of(listing)
    client.force_login(user)
    return user


def test_a_label_is_asked_for_by_forms_alone(client, owner, label, listing):
    labels = client.get(reverse("labels", args=[listing.uid]))
    here = reverse("label_apply", args=[listing.uid, label.slug])
    assert page(labels).select_one(f"a[href='{here}']").text.startswith("Demander ce label")
    assert not LabelApplication.objects.exists()  # looking begins nothing

    form = typed(client.get(here), niveau="avance", presentation="Notre dossier.")
    kept = client.post(here, {**form, "action": "rester"}, follow=True)
    assert "rien n'est encore déposé" in words(kept)
    draft = LabelApplication.objects.get()
    assert (draft.level.code, draft.motivation) == ("avance", "Notre dossier.")
    assert [str(one.uid) for one in listing.page.offers.all()] == draft.offers
    assert client.get(draft.get_absolute_url()).url == here

    again = typed(client.get(here), action="deposer")
    check = client.post(here, again, follow=True)
    told = words(check)
    assert "Ce qui sera jugé" in told
    assert "Notre dossier." in told
    refused = client.post(url("label_submit", draft), typed(check, exactitude=""))
    assert "Attestez que le dossier est exact" in words(refused)

    done = client.post(url("label_submit", draft), typed(check, exactitude="on"), follow=True)

    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    told = words(done)
    assert "Votre demande est déposée" in told
    assert draft.number in told
    assert page(done).select_one("#lettres ~ ul a[download]").text.startswith("Accusé de réception")
    # There is no second one beside it, and the draft's pages lead to it.
    assert client.get(here).url == draft.get_absolute_url()
    late = client.post(url("label_submit", draft), typed(check, exactitude="on"))
    assert late.status_code == 200
    assert "a changé depuis" in words(late)


def test_what_lacks_is_listed_and_nothing_is_deposited(client, owner, label, listing):
    draft = applying.start(listing=listing, label=label, by=owner)
    shown = client.get(url("label_submit", draft))
    assert "À faire : Les offres à labelliser sont choisies Choisissez au moins" in words(shown)
    assert not page(shown).select("main form")

    answer = client.post(
        url("label_submit", draft), {"exactitude": "on", "vu": draft.changed_at.isoformat()}
    )

    assert "Il manque encore quelque chose" in words(answer)
    draft.refresh_from_db()
    assert draft.state == ApplicationState.DRAFT


def test_what_is_typed_over_a_newer_draft_is_kept_until_one_says_so(client, owner, label, listing):
    here = reverse("label_apply", args=[listing.uid, label.slug])
    draft = applying.start(listing=listing, label=label, by=owner)
    form = typed(client.get(here), presentation="La mienne.")
    applying.save_draft(
        application=draft, by=owner, level=draft.level, offers=[], motivation="La leur."
    )

    late = client.post(here, form)

    told = words(late)
    assert "La leur." in told
    assert "La mienne." in told
    client.post(here, typed(late))
    draft.refresh_from_db()
    assert draft.motivation == "La mienne."


def test_an_editor_reads_a_draft_and_is_told_who_deposits_it(client, owner, label, listing):
    draft = applying.start(listing=listing, label=label, by=owner)
    client.force_login(member(listing.vendor, Role.EDITOR))
    for address in (
        reverse("label_apply", args=[listing.uid, label.slug]),
        url("label_submit", draft),
    ):
        answer = client.get(address)
        assert "par un propriétaire de l'entreprise" in words(answer)
        assert not page(answer).select("main form")


def test_a_question_is_answered_with_a_piece_and_what_was_typed_waits_for_it(client):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    client.force_login(member(waiting.vendor, Role.EDITOR))
    here = url("label_answer", waiting)
    assert "Passé ce jour sans réponse" in words(client.get(here))

    there = client.post(here, {"texte": "Chaque nuit.", "piece": "SE-01"})
    assert "Joindre la pièce" in words(client.get(there.url))
    piece = {"title": "Rapport", "url": "https://exemple.fr/rapport"}
    back = client.post(there.url, piece, follow=True)

    assert Evidence.objects.get().is_draft
    told = words(back)
    assert "La pièce est jointe" in told
    assert "Modifiées depuis la dernière remise : SE-01" in told
    assert page(back).select_one("textarea[name=texte]").text.strip() == "Chaque nuit."
    check = client.post(here, {"texte": "Chaque nuit.", "remettre": "oui"})
    assert check.url.endswith("/verifier/")
    place = client.post(here, {"texte": "Chaque nuit.", "question": "SE-01"})
    assert place.url.endswith("/theme/securite/#SE-01")
    assert client.post(here, {"piece": "DO-01"}).status_code == 404  # asked about SE-01 alone

    unsent = client.post(here, {"texte": "Chaque nuit."})

    assert "ou cochez que votre réponse part sans" in words(unsent)
    assert page(unsent).select_one("textarea[name=texte]").text.strip() == "Chaque nuit."
    sent = client.post(here, {"texte": "Chaque nuit.", "sans": "on"}, follow=True)
    assert "l'instruction reprend" in words(sent)


def test_an_answer_takes_what_was_handed_in_meanwhile(client):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    editor = member(waiting.vendor, Role.EDITOR)
    client.force_login(editor)
    here = url("label_answer", waiting)
    assessment = SelfAssessment.objects.get()
    words_of = {"justification": "", "edition": 0, "by": editor}
    for one in ("SE-01", "DO-01"):
        assessing.save_answer(assessment=assessment, criterion=one, value="oui", **words_of)
    assessing.hand_over(assessment=assessment, by=editor, attested=True)
    assert "est jointe au dossier avec votre réponse" in words(client.get(here))
    empty = client.post(here, {"texte": " "})
    assert "Écrivez votre texte" in words(empty)

    done = client.post(here, {"texte": "Chaque nuit."}, follow=True)

    assert "l'instruction reprend" in words(done)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.round) == (ApplicationState.UNDER_REVIEW, 2)
    assert waiting.handover == assessment.handovers.first()
    assert "Ce que la réponse a apporté" in words(done) or "rien apporté" in words(done)
    assert "Aucune question n'attend" in words(client.get(here, follow=True))


def test_who_answers_second_is_told_and_keeps_their_words(client):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    other = member(waiting.vendor)
    client.force_login(member(waiting.vendor))
    here = url("label_answer", waiting)
    client.get(here)
    applying.answer(application=waiting, by=other, text="Déjà dit.")

    late = client.post(here, {"texte": "Chaque nuit."})

    assert late.status_code == 200
    assert "Votre réponse n'est pas partie" in words(late)
    assert "Chaque nuit." in words(late)
    assert not page(late).select("main form")
    assert page(late).select_one(f"main a.fr-btn[href='{waiting.get_absolute_url()}']")


def test_a_message_is_sent_and_an_empty_one_is_not(client):
    application = make_application()
    client.force_login(member(application.vendor, Role.EDITOR))
    here = url("label_message", application)
    assert "Écrivez votre texte" in words(client.post(here, {"texte": ""}))
    assert "4000" in words(client.post(here, {"texte": "a" * 4001}))
    sent = client.post(here, {"texte": "Nous changeons d'adresse."}, follow=True)
    assert "Votre message est parti" in words(sent)
    assert page(sent).select_one(".gt-message--own").text.count("Nous changeons d'adresse.") == 1
    assert client.post(here, {"texte": "a\r\n" * 1500 + "b" * 1000}).status_code == 302


def test_an_application_is_taken_back_after_a_page_that_says_so(client):
    application = make_application(ApplicationState.UNDER_REVIEW)
    client.force_login(member(application.vendor))
    here = url("label_withdraw", application)
    assert "Un retrait ne s'annule pas" in words(client.get(here))
    done = client.post(here, {"texte": "Nous reviendrons."}, follow=True)
    assert "La demande est retirée" in words(done)
    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN
    assert "elle ne se retire plus" in words(client.get(here, follow=True))
    late = client.post(here, {"texte": "Encore."})
    assert "Ce n'est plus possible" in words(late)
    assert "Encore." in words(late)


def test_a_notice_is_replied_to_once(client):
    award = make_award(AwardState.SUSPENSION_NOTICE)
    client.force_login(member(award.vendor, Role.EDITOR))
    here = url("label_notice", award.application)
    assert "envisage de suspendre" in words(client.get(here))
    done = client.post(here, {"texte": "L'hébergeur est le même."}, follow=True)
    assert "Votre réponse est lue avant toute décision" in words(done)
    assert "L'hébergeur est le même." in words(client.get(here))
    late = client.post(here, {"texte": "Autre chose."})
    assert "Autre chose." in words(late)
    award.refresh_from_db()
    assert award.notice_reply == "L'hébergeur est le même."
    calm = make_award(application=make_application(ApplicationState.GRANTED))
    client.force_login(member(calm.vendor))
    told = client.get(url("label_notice", calm.application), follow=True)
    assert "Aucun préavis n'est en cours" in words(told)


def test_what_was_done_for_a_reservation_is_said(client):
    award = make_award(AwardState.RESERVED)
    client.force_login(member(award.vendor, Role.EDITOR))
    one = award.reservations.get()
    here = url("label_reservation", award.application, one.pk)
    assert "Publier le rapport de test." in words(client.get(here))
    done = client.post(here, {"texte": "Publié hier."}, follow=True)
    assert "Publié hier." in words(done)
    assert "La mission LABEL vérifie ce que vous avez fait" in words(done)


def test_a_refusal_is_appealed_against_and_a_third_person_may_decide(client):
    refused = make_application(ApplicationState.REFUSED)
    make_decider(refused.label)
    client.force_login(member(refused.vendor))
    here = url("label_appeal", refused)
    shown = client.get(here)
    assert "Une troisième personne" in words(shown)
    empty = client.post(here, typed(shown, texte=""))
    assert "Écrivez votre texte" in words(empty)
    done = client.post(here, typed(shown, texte="La pièce était jointe."), follow=True)
    assert "Votre recours est formé" in words(done)
    assert "Votre recours est examiné par une troisième personne" in words(done)
    assert Appeal.objects.get().state == AppealState.OPENED
    late = client.post(here, {"contre": "refused", "texte": "Encore une fois."})
    assert "Encore une fois." in words(late)
    assert "Vous avez déjà formé un recours contre cette décision" in words(late)
    assert Appeal.objects.count() == 1


def test_an_appeal_that_nobody_could_decide_is_refused_in_words(client):
    refused = make_application(ApplicationState.REFUSED)
    client.force_login(member(refused.vendor))
    here = url("label_appeal", refused)
    answer = client.post(here, typed(client.get(here), texte="La pièce était jointe."))
    assert "Personne ne peut décider de ce recours" in words(answer)
    assert "La pièce était jointe." in words(answer)
    assert not Appeal.objects.exists()


def test_a_label_near_its_end_is_renewed_from_what_was_asked_before(client):
    award = make_award(valid_to=timezone.localdate() + dt.timedelta(days=60))
    LabelApplication.objects.filter(pk=award.application_id).update(motivation="Notre dossier.")
    client.force_login(member(award.vendor))
    labels = client.get(reverse("labels", args=[award.listing.uid]))
    here = url("label_renew", award.application)
    assert page(labels).select_one(f"a[href='{here}']")

    form = client.post(here, follow=True)

    told = words(form)
    assert f"Renouveler : {award.label} ({award.number})" in told
    assert "Notre dossier." in told
    draft = LabelApplication.objects.get(renews=award)
    assert draft.state == ApplicationState.DRAFT
    gone = client.post(url("label_withdraw", draft), follow=True)
    assert "Le brouillon est abandonné" in words(gone)


def test_a_label_that_has_long_to_run_is_not_renewed_yet(client):
    award = make_award()
    client.force_login(member(award.vendor))
    here = url("label_renew", award.application)
    assert "Il se demande à partir du" in words(client.get(here))
    refused = client.post(here)
    assert "renouvelez-le à partir du" in words(refused)
    assert not LabelApplication.objects.filter(renews=award).exists()


def test_a_lapsed_question_is_said_to_be_over(client):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    client.force_login(member(waiting.vendor))
    procedure.apply(thing=waiting, name="lapse", by=None, as_role=Ground.CLOCK)
    late = client.post(url("label_answer", waiting), {"texte": "Trop tard."})
    told = words(late)
    assert "Caduque, faute de réponse" in told or "Ce n'est plus possible" in told
    assert "Trop tard." in told
