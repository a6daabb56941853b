"""« Labels attribués » in the admin: lists, one award, each act with its question."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from home.services import REVIEWERS
from labelling.models import Award, ConflictOfInterest
from labelling.states import ApplicationState, AwardState
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")
OVER = timezone.localdate() - dt.timedelta(days=1)


def browser(user):
    return sign_in_staff(Client(), user)


def act(award, name):
    return reverse("label_award_act", args=[award.pk, name])


def screen(client, award):
    return client.get(reverse("labels-attribues:inspect", args=[award.pk])).content.decode()


def offered(client, award):
    shown = screen(client, award)
    names = (
        "engager-suspension suspendre suspendre-en-urgence renoncer-a-suspendre maintenir retablir "
        "engager-abrogation abroger retirer renoncer-a-abroger"
    ).split()
    return {name for name in names if f'href="{act(award, name)}"' in shown}


def test_awards_are_listed_with_what_is_to_be_done():
    rows = [
        make_award(AwardState.RESERVED),
        make_award(AwardState.SUSPENSION_NOTICE, notice_until=OVER),
        make_award(AwardState.UNDER_REEXAMINATION),
        make_award(valid_to=timezone.localdate() + dt.timedelta(days=20)),
    ]
    client = browser(make_reviewer())
    there = reverse("labels-attribues:index")
    everything = client.get(there).content.decode()
    assert all(row.number in everything for row in rows)
    for todo, row in zip(("reservation", "notice", "reexamination", "expiring"), rows, strict=True):
        shown = client.get(there, {"todo": todo}).content.decode()
        assert [one.number in shown for one in rows] == [one is row for one in rows], todo
    assert rows[0].number in client.get(there, {"state": "reserved"}).content.decode()


def test_the_list_costs_the_same_for_many(django_assert_max_num_queries):
    label = make_award().label
    for _one in range(4):
        make_award(label=label)
    client = browser(make_reviewer())
    client.get(reverse("labels-attribues:index"))
    with django_assert_max_num_queries(30):
        client.get(reverse("labels-attribues:index"))


def test_a_suspension_takes_two_people_and_says_what_is_public():
    award = make_award()
    reviewer, decider = make_reviewer(), make_decider(award.label)
    desk = browser(reviewer)
    assert offered(desk, award) == {"engager-suspension", "engager-abrogation"}
    form = desk.get(act(award, "engager-suspension")).content.decode()
    assert "15 jours" in form
    assert "Jamais publiés" in form
    assert "Écrivez les faits" in desk.post(act(award, "engager-suspension"), {}).content.decode()
    desk.post(act(award, "engager-suspension"), {"reason": "Hébergeur parti."})
    assert offered(desk, award) == set()
    judge = browser(decider)
    assert offered(judge, award) == {"suspendre", "suspendre-en-urgence", "renoncer-a-suspendre"}
    fields = {"comment": "Confirmé par constat.", "reason": "Plus d'hébergeur."}
    early = judge.post(act(award, "suspendre"), fields).content.decode()
    assert "jusqu&#x27;au" in early
    assert "Confirmé par constat." in early
    assert "Écrivez le motif que le public lira" in judge.post(
        act(award, "suspendre"), {"comment": "x"}
    ).content.decode()  # fmt: skip
    Award.objects.update(notice_until=OVER)
    assert "Publié au registre" in judge.get(act(award, "suspendre")).content.decode()
    assert judge.post(act(award, "suspendre"), fields).status_code == 302
    fresh = Award.objects.get()
    assert (fresh.state, fresh.reason) == ("suspended", "Plus d'hébergeur.")
    assert offered(judge, award) == {"retablir"}
    assert "Hébergeur parti." in screen(judge, award)
    public = judge.get(fresh.get_absolute_url()).content.decode()
    assert "Plus d&#x27;hébergeur." in public
    assert "Hébergeur parti." not in public
    assert "Confirmé par constat." not in public
    judge.post(act(award, "retablir"), {"comment": "Revenu."})
    assert Award.objects.get().state == "active"


def test_who_gave_the_notice_decides_by_no_path():
    award = make_award()
    both = make_decider(award.label, REVIEWERS)
    both.is_superuser = True
    both.save()
    desk = browser(both)
    desk.post(act(award, "engager-abrogation"), {"reason": "Doute."})
    Award.objects.update(notice_until=OVER)
    fields = {"comment": "Oui.", "reason": "Oui.", "fraud": "fraude"}
    assert offered(desk, award) == set()
    for name in ("abroger", "retirer", "renoncer-a-abroger"):
        refused = desk.post(act(award, name), fields)
        assert (refused.status_code, "Une autre personne" in refused.content.decode()) == (
            403,
            True,
        )
        assert "Une autre personne" in desk.get(act(award, name), follow=True).content.decode()
    for view in ("edit", "delete"):
        address = reverse(f"labels-attribues:{view}", args=[award.pk])
        assert desk.post(address, {"reason": "x", "state": "abrogated"}).status_code in (302, 403)
    assert Award.objects.get().state == "abrogation_notice"
    judge = browser(make_decider(award.label))
    assert offered(judge, award) == {"abroger", "retirer", "renoncer-a-abroger"}
    assert "fraude" in judge.get(act(award, "retirer")).content.decode()
    judge.post(act(award, "retirer"), fields)
    assert Award.objects.get().state == "withdrawn"


def test_reservations_are_lifted_from_the_page_of_the_award():
    award = make_award(AwardState.RESERVED)
    row = award.reservations.get()
    there = reverse("label_lift", args=[award.pk, row.pk])
    assert there not in screen(browser(make_reviewer()), award)
    assert browser(make_reviewer()).post(there, {"comment": "x"}).status_code == 403
    judge = browser(make_decider(award.label))
    assert there in screen(judge, award)
    assert judge.get(there).status_code == 200
    assert "500" in judge.post(there, {"comment": "x" * 600}).content.decode()
    assert judge.post(there, {"comment": "Rapport publié."}).status_code == 302
    assert Award.objects.get().state == "active"
    assert "Rapport publié." in screen(judge, award)
    assert "déjà levée" in judge.get(there, follow=True).content.decode()


def test_an_urgent_suspension_and_a_re_examination():
    award = make_award(AwardState.UNDER_REEXAMINATION, reason="Hébergeur : A → B.")
    judge = browser(make_decider(award.label))
    assert "Hébergeur : A → B." in screen(judge, award)
    assert offered(judge, award) == {"suspendre-en-urgence", "maintenir"}
    assert "Sans préavis" in judge.get(act(award, "suspendre-en-urgence")).content.decode()
    judge.post(act(award, "maintenir"), {"comment": "Même niveau."})
    assert Award.objects.get().state == "active"
    assert judge.get(act(award, "inconnu")).status_code == 404
    gone = judge.get(act(award, "maintenir"), follow=True).content.decode()
    assert "Il n&#x27;y a rien à décider" in gone


def test_moderators_read_no_award_there():
    award = make_award()
    desk = browser(staff("Modération"))
    for address in (
        reverse("labels-attribues:index"),
        reverse("labels-attribues:inspect", args=[award.pk]),
    ):
        assert desk.get(address).status_code in (302, 403)


def test_awards_and_appeals_of_a_company_in_conflict_are_not_listed():
    award = make_award(AwardState.SUSPENSION_NOTICE)
    appeal = make_appeal(make_application(ApplicationState.REFUSED))
    for told in (True, False):
        reviewer = make_reviewer()
        if not told:
            for vendor in (award.vendor, appeal.application.vendor):
                ConflictOfInterest.objects.create(user=reviewer, vendor=vendor)
        client = browser(reviewer)
        for name, number in (
            ("labels-attribues:index", award.number),
            ("recours:index", appeal.application.number),
        ):
            shown = client.get(reverse(name))
            assert shown.status_code == 200
            assert (number in shown.content.decode()) is told
