"""Deciding in the admin: what is proposed, one more question, and never by who proposed it."""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from home.services import DECIDERS
from labelling import deciding
from labelling.models import Award, ConflictOfInterest, CriterionReview, LabelApplication
from labelling.states import ApplicationState
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.labelling.labels import (
    delegate,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)
from tests.labelling.test_deciding import REFUSED, RESERVED, proposed

pytestmark = pytest.mark.usefixtures("site")
TWO = "Une autre personne décide"


def at(name, *args):
    return reverse(name, args=args)


def page(response):
    return response.content.decode()


def browser(user):
    return sign_in_staff(Client(), user)


def state(application):
    return LabelApplication.objects.get(pk=application.pk).state


def review_screen(user, file):
    return page(browser(user).get(at("instruction:inspect", file.pk)))


def test_the_decider_reads_the_proposal_decides_and_is_asked_once_more():
    file = proposed(RESERVED)
    CriterionReview.objects.create(
        application=file, round=1, criterion="SE-01", verdict="a-preciser", comment="Sans date."
    )
    decider = make_decider(file.label)
    shown = review_screen(decider, file)
    for words in (
        "Attribuer le label avec réserves…",
        "Conforme.",
        "Sans date.",
        "Publier le test.",
    ):
        assert words in shown
    desk = browser(decider)
    form = desk.get(at("label_decision", file.pk))
    assert "le label est suspendu de lui-même" in page(form)
    fields = form.context["form"].initial
    assert fields["decision"] == "Conforme."
    empty = desk.post(at("label_decision", file.pk), {**fields, "decision": " "})
    assert "Écrivez les motifs" in page(empty)
    letter = desk.post(at("label_decision_letter", file.pk), fields)
    assert (letter["Content-Type"], letter.content[:4]) == ("application/pdf", b"%PDF")
    assert state(file) == ApplicationState.PROPOSED
    done = desk.post(at("label_decision", file.pk), fields)
    assert done.url == at("instruction:inspect", file.pk)
    assert state(file) == RESERVED
    assert Award.objects.get().state == "reserved"


def test_two_sessions_at_once_take_one_decision_and_the_other_is_told():
    file = proposed()
    first, second = (browser(make_decider(file.label)) for _one in range(2))
    here = at("label_decision", file.pk)
    fields = [one.get(here).context["form"].initial for one in (first, second)]
    assert first.post(here, fields[0]).status_code == 302
    late = second.post(here, {**fields[1], "decision": "Mes motifs à moi."})
    assert "l&#x27;état est maintenant « Label attribué »" in page(late)
    assert "Mes motifs à moi." in page(late)
    assert "Label attribué" in page(second.get(here, follow=True))
    assert Award.objects.count() == 1


def test_a_proposal_that_changed_since_the_page_was_opened_is_read_again():
    file = proposed()
    desk = browser(make_decider(file.label))
    here = at("label_decision", file.pk)
    fields = desk.get(here).context["form"].initial
    deciding.send_back(application=file, by=make_decider(file.label), comment="À revoir.")
    LabelApplication.objects.update(
        state="proposed", proposed_outcome="refused", proposed_at=file.created_at
    )
    LabelApplication.objects.update(proposal="Rien n'est démontré.")
    late = desk.post(here, {**fields, "decision": "Mes motifs à moi."})
    for words in ("La proposition a changé", "Mes motifs à moi.", "Rien n&#x27;est démontré."):
        assert words in page(late)
    assert state(file) == ApplicationState.PROPOSED
    odd = desk.post(here, {**fields, "seen": "n'importe quoi"})
    assert "La page avait été altérée" in page(odd)
    assert state(file) == ApplicationState.PROPOSED
    # What was read again counts as seen.
    again = {"decision": "Mes motifs à moi.", "seen": late.context["form"]["seen"].value()}
    assert desk.post(here, again).status_code == 302
    assert state(file) == ApplicationState.REFUSED


@pytest.mark.parametrize("administrator", [False, True])
def test_who_proposed_decides_by_no_path(administrator):
    label = make_label()
    proposer = staff(DECIDERS)
    proposer.groups.add(*make_reviewer().groups.all())
    proposer.is_superuser = administrator
    proposer.save()
    delegate(proposer, label)
    file = proposed(label=label, holder=proposer, proposed_by=proposer)
    desk = browser(proposer)
    assert TWO in review_screen(proposer, file)
    assert "Attribuer le label…" not in review_screen(proposer, file)
    for name in ("label_decision", "label_send_back"):
        assert TWO in page(desk.get(at(name, file.pk), follow=True))
        fields = {"decision": "Oui.", "comment": "Oui.", "seen": ""}
        refused = desk.post(at(name, file.pk), fields)
        assert refused.status_code == 403
        assert TWO in page(refused)
    # Wagtail's own screens do not exist for anybody.
    for view in ("edit", "delete", "add", "copy"):
        try:
            address = at(f"instruction:{view}", *([] if view == "add" else [file.pk]))
        except NoReverseMatch:
            continue
        desk.post(address, {"state": "granted", "motivation": "x", "decision": "x"})
    assert state(file) == ApplicationState.PROPOSED
    assert not Award.objects.exists()


def test_a_refusal_is_taken_and_a_proposal_sent_back():
    refused, returned = proposed(REFUSED), proposed()
    decider = make_decider(refused.label)
    delegate(decider, returned.label)
    desk = browser(decider)
    fields = desk.get(at("label_decision", refused.pk)).context["form"].initial
    assert desk.post(at("label_decision", refused.pk), fields).status_code == 302
    assert state(refused) == REFUSED
    assert "Écrivez ce qui manque" in page(desk.post(at("label_send_back", returned.pk), {}))
    sent = desk.post(at("label_send_back", returned.pk), {"comment": "Sans pièce.", "seen": ""})
    assert sent.status_code == 302
    assert state(returned) == ApplicationState.UNDER_REVIEW


def test_an_application_is_declared_inadmissible_by_who_does_not_instruct():
    file = make_application(holder=make_reviewer())
    decider = make_decider(file.label)
    assert "Déclarer irrecevable…" in review_screen(decider, file)
    assert "Déclarer irrecevable…" not in review_screen(file.holder, file)
    assert (
        browser(file.holder).post(at("label_reject", file.pk), {"comment": "x"}).status_code == 403
    )
    done = browser(decider).post(at("label_reject", file.pk), {"comment": "Hors champ."})
    assert done.status_code == 302
    assert state(file) == ApplicationState.INADMISSIBLE
    assert browser(decider).get(at("label_decision_letter", file.pk)).status_code == 409


def test_experts_and_people_of_elsewhere_read_none_of_these_screens():
    file, award = proposed(), make_award()
    names = ("label_decision", "label_send_back", "label_reject", "label_decision_letter")
    addresses = [at(name, file.pk) for name in names]
    addresses += [
        at("labels-attribues:inspect", award.pk),
        at("label_award_act", award.pk, "abroger"),
    ]
    desk = browser(make_expert())
    assert {desk.get(address).status_code for address in addresses} == {403}
    # Whoever instructs reads the letter that they propose.
    assert browser(make_reviewer()).get(addresses[3]).status_code == 200


def test_a_proposal_whose_author_is_in_conflict_is_only_sent_back():
    file = make_application(
        ApplicationState.PROPOSED, holder=(author := make_reviewer()), proposed_by=author
    )
    ConflictOfInterest.objects.create(user=author, vendor=file.vendor)
    client = sign_in_staff(Client(), make_decider(file.label))
    shown = client.get(reverse("instruction:inspect", args=[file.pk])).content.decode()
    assert "a proposé cette décision a un conflit d&#x27;intérêts" in shown
    assert reverse("label_send_back", args=[file.pk]) in shown
    assert f'href="{reverse("label_decision", args=[file.pk])}"' not in shown
    assert client.get(reverse("label_decision", args=[file.pk])).status_code == 302
