"""Awards: two people against a company, notices that are heard, changes that reopen the examination."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.services import Refused
from catalogue.models import Listing, SheetEvent
from catalogue.signals import document_changed
from home.services import REVIEWERS
from labelling import awarding, judged, registry
from labelling.models import Award, LabelEvent, Letter, ReferentialVersion
from labelling.receivers import look_again
from labelling.states import AwardState
from tests.catalogue.factories import VendorFactory
from tests.labelling.labels import (
    make_application,
    make_award,
    make_decider,
    make_label,
    make_reviewer,
    owner_of,
)

pytestmark = pytest.mark.usefixtures("site")
DAY = dt.timedelta(days=1)


@pytest.fixture
def letters_read(monkeypatch):
    """What letters say, in order; none is set."""
    made = []
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: made.append(data) or b"")
    return made


def kinds(award):
    return [letter.kind for letter in award.application.letters.all()]


def noticed(state=AwardState.SUSPENSION_NOTICE, **columns):
    """An award under a notice that a reviewer gave, and whose days are over."""
    over = timezone.localdate() - DAY
    return make_award(state, **{"notice_by": make_reviewer(), "notice_until": over, **columns})


def watched(**columns):
    """An award that knows what it stands on."""
    award = make_award(**columns)
    award.facts = judged.watched(award.listing, [one["uid"] for one in award.offers])
    award.save()
    return award


def told(award):
    document_changed.send(sender=Listing, uids=[award.listing.uid])
    award.refresh_from_db()
    return award


def test_a_company_is_heard_before_another_person_suspends(outbox):
    award, reviewer = make_award(), make_reviewer()
    owner = owner_of(award.listing)
    sent = outbox(
        awarding.announce, award=award, measure="suspension", by=reviewer, reason="Hébergeur parti."
    )
    fresh = Award.objects.get()
    assert (fresh.state, fresh.notice_by, fresh.reason) == ("suspension_notice", reviewer, "")
    assert fresh.notice_until == timezone.localdate() + 15 * DAY
    assert fresh.is_in_force(timezone.localdate())
    assert "suspension" in sent[owner.email].body
    both = make_decider(award.label, REVIEWERS)
    with pytest.raises(Refused, match="L'offreur a jusqu'au"):
        awarding.suspend(award=award, by=both, comment="Confirmé.")
    Award.objects.update(notice_reply="Nous en cherchons un autre.")
    with pytest.raises(PermissionDenied):
        awarding.suspend(award=award, by=reviewer, comment="Confirmé.")
    done = awarding.suspend(award=award, by=both, comment="Secret.", reason="Plus d'hébergeur.")
    assert (done.state, done.reason, done.notice_by) == ("suspended", "Plus d'hébergeur.", reviewer)
    assert kinds(award) == [Letter.Kind.NOTICE, Letter.Kind.SUSPENSION]
    event = LabelEvent.objects.get(name="suspend")
    assert (event.comment, event.data["reply"]) == ("Secret.", "Nous en cherchons un autre.")
    details = SheetEvent.objects.filter(kind=SheetEvent.Kind.LABEL).values_list("detail", flat=True)
    assert not [one for one in details if "Secret" in one]


def test_who_gave_a_notice_decides_nothing_of_it_whatever_their_rights():
    award = noticed()
    both = make_decider(award.label, REVIEWERS)
    Award.objects.update(notice_by=both)
    both.is_superuser = True
    both.save()
    for act in (awarding.suspend, awarding.suspend_urgently, awarding.drop):
        with pytest.raises(PermissionDenied, match="Une autre personne décide"):
            act(award=award, by=both, comment="Seul.")


@pytest.mark.parametrize("comment", ["", " "])
def test_an_urgent_suspension_skips_the_notice_and_says_why(comment, monkeypatch):
    award, made = make_award(), {}
    decider = make_decider(award.label)
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        awarding.suspend_urgently(award=award, by=decider, comment=comment, reason="Fuite.")
    monkeypatch.setattr("labelling.letters.papers.letter", lambda data: made.update(a=data) or b"")
    awarding.suspend_urgently(award=award, by=decider, comment="Fuite de données.")
    assert Award.objects.get().reason == "Fuite de données."
    assert "L'urgence dispense de préavis" in made["a"].body
    assert "L. 121-2" in made["a"].body
    assert made["a"].remedies


def test_an_award_is_abrogated_or_withdrawn_in_time_or_for_fraud():
    decider = None
    for act, state, kind in (
        (awarding.abrogate, "abrogated", Letter.Kind.ABROGATION),
        (awarding.withdraw, "withdrawn", Letter.Kind.WITHDRAWAL),
    ):
        award = noticed(AwardState.ABROGATION_NOTICE)
        decider = make_decider(award.label)
        done = act(award=award, by=decider, comment="Confirmé.")
        assert (done.state, done.ended_on) == (state, timezone.localdate())
        assert kinds(award) == [kind]
    old = noticed(AwardState.ABROGATION_NOTICE, granted_on=timezone.localdate() - 200 * DAY)
    decider = make_decider(old.label)
    with pytest.raises(Refused, match="abrogez plutôt"):
        awarding.withdraw(award=old, by=decider, comment="Illégal.")
    assert (
        awarding.withdraw(award=old, by=decider, comment="Faux.", fraud=True).state == "withdrawn"
    )
    assert LabelEvent.objects.filter(name="withdraw").last().data["fraud"] is True


def test_who_suspended_may_announce_an_abrogation_that_another_decides():
    award = make_award(AwardState.SUSPENDED)
    both = make_decider(award.label, REVIEWERS)
    Award.objects.update(decided_by=both)
    awarding.announce(award=award, measure="abrogation", by=both, reason="Rien n'a changé.")
    fresh = Award.objects.get()
    assert (fresh.before, fresh.is_in_force(timezone.localdate())) == ("suspended", False)
    assert fresh.reason  # the public still reads why it is suspended
    dropped = awarding.drop(award=fresh, by=make_decider(award.label), comment="Attendons.")
    assert dropped.state == AwardState.SUSPENDED


def test_reservations_are_lifted_one_by_one_and_the_last_lifts_the_label():
    award = make_award(AwardState.RESERVED)
    first = award.reservations.get()
    second = award.reservations.create(text="Dater le test.", due_on=first.due_on)
    decider = make_decider(award.label)
    with pytest.raises(PermissionDenied):
        awarding.lift_reservation(reservation=first, by=make_reviewer(), comment="Fait.")
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        awarding.lift_reservation(reservation=first, by=decider, comment=" ")
    assert awarding.lift_reservation(reservation=first, by=decider, comment="Fait.").state == (
        AwardState.RESERVED
    )
    with pytest.raises(Refused, match="déjà levée"):
        awarding.lift_reservation(reservation=first, by=decider, comment="Fait.")
    done = awarding.lift_reservation(reservation=second, by=decider, comment="Fait aussi.")
    assert done.state == AwardState.ACTIVE
    assert list(LabelEvent.objects.filter(subject="award").values_list("name", flat=True)) == [
        "lift_reservation", "lift",
    ]  # fmt: skip
    assert kinds(award) == [Letter.Kind.RELIEF] * 2


def test_a_notice_given_up_leads_to_no_reservation_that_was_lifted_meanwhile():
    award = noticed(before=AwardState.RESERVED)
    decider = make_decider(award.label)
    awarding.lift_reservation(reservation=award.reservations.get(), by=decider, comment="Fait.")
    assert awarding.drop(award=award, by=decider, comment="Réglé.").state == AwardState.ACTIVE


def test_a_suspended_award_is_reinstated_once_its_reservations_are_lifted():
    award = make_award(AwardState.SUSPENDED)
    row = award.reservations.create(text="Dater.", due_on=timezone.localdate() - DAY)
    decider = make_decider(award.label)
    with pytest.raises(Refused, match="Levez d'abord"):
        awarding.reinstate(award=award, by=decider, comment="Fait.")
    assert awarding.lift_reservation(reservation=row, by=decider, comment="Fait.").state == (
        AwardState.SUSPENDED
    )
    done = awarding.reinstate(award=award, by=decider, comment="Fait.")
    assert (done.state, done.reason) == (AwardState.ACTIVE, "")


def test_an_award_expires_after_its_last_day_and_not_before(outbox):
    award, today = make_award(), timezone.localdate()
    owner = owner_of(award.listing)
    with pytest.raises(Refused):
        awarding.expire(award=award)
    Award.objects.update(valid_to=today - DAY)
    sent = outbox(awarding.expire, award=award)
    assert Award.objects.get().state == AwardState.EXPIRED
    assert award.number in sent[owner.email].subject + sent[owner.email].body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"host": "Nuage d'ailleurs"}, "Nuage d'ailleurs"),
        ({"hosting_countries": ["US"]}, "États-Unis"),
        ("remove", "n'est plus sur la fiche"),
    ],
)
def test_a_covered_offer_that_changes_opens_a_re_examination(change, words, outbox):
    award = watched()
    owner, offer = owner_of(award.listing), award.listing.page.offers.get()
    assert told(award).state == AwardState.ACTIVE
    if change == "remove":
        offer.delete()
    else:
        type(offer).objects.filter(pk=offer.pk).update(**change)
    sent = outbox(told, award)
    assert (award.state, award.before) == ("under_reexamination", "active")
    assert words in award.reason
    assert words in sent[owner.email].body
    assert award.is_in_force(timezone.localdate())
    assert told(award).state == "under_reexamination"
    assert LabelEvent.objects.filter(name="reexamine").count() == 1


def test_a_sheet_that_changes_hands_is_examined_again_and_its_label_follows():
    award = watched()
    listing, other = award.listing, VendorFactory(name="Nouvelle Main", origin="hors-ue")
    listing.vendor = other
    listing.save()
    award.refresh_from_db()  # nobody had to tell
    assert award.state == "under_reexamination"
    assert "Nouvelle Main" in award.reason
    listing.page.title = "Autre nom"
    listing.page.save()
    done = awarding.maintain(award=award, by=make_decider(award.label), comment="Même équipe.")
    assert (done.state, done.vendor, done.title, done.reason) == ("active", other, "Autre nom", "")
    assert done.facts["vendor"] == str(other.uid)
    assert told(done).state == AwardState.ACTIVE


def test_what_changed_during_a_notice_is_examined_once_it_is_given_up():
    award = watched()
    Award.objects.update(
        state="suspension_notice", before="active", notice_reason="Doute.",
        notice_at=timezone.now(), notice_until=timezone.localdate(), notice_by=make_reviewer(),
    )  # fmt: skip
    offer = award.listing.page.offers.get()
    type(offer).objects.filter(pk=offer.pk).update(host="Ailleurs")
    assert told(award).state == "suspension_notice"
    dropped = awarding.drop(award=award, by=make_decider(award.label), comment="Levé.")
    assert dropped.state == "under_reexamination"


def test_an_award_without_an_offer_left_is_not_maintained():
    award = watched()
    award.listing.page.offers.all().delete()
    with pytest.raises(Refused, match="engagez une abrogation"):
        awarding.maintain(award=told(award), by=make_decider(award.label), comment="Oui.")


def test_a_sheet_with_two_labels_has_both_looked_at_again():
    one = watched()
    other_label = make_label(
        ReferentialVersion.objects.get(referential=one.label.referential), slug="autre"
    )
    other = watched(application=make_application("granted", label=other_label, listing=one.listing))
    offer = one.listing.page.offers.get()
    type(offer).objects.filter(pk=offer.pk).update(host="Ailleurs")
    assert told(one).state == "under_reexamination"
    other.refresh_from_db()
    assert other.state == "under_reexamination"


def test_a_sheet_without_a_label_costs_one_query_when_it_changes():
    award = watched()
    with CaptureQueriesContext(connection) as queries:
        look_again(uids=[VendorFactory().uid], sender=None, signal=None)
    assert len([one for one in queries if "labelling_award" in one["sql"]]) == 1
    with CaptureQueriesContext(connection) as queries:
        look_again(uids=None, sender=None, signal=None)
    assert len(queries) <= 4
    assert Award.objects.get().state == award.state


FROM_EVERYWHERE = [
    ("suspension", AwardState.ACTIVE),
    ("suspension", AwardState.RESERVED),
    ("suspension", AwardState.UNDER_REEXAMINATION),
    ("abrogation", AwardState.ACTIVE),
    ("abrogation", AwardState.RESERVED),
    ("abrogation", AwardState.UNDER_REEXAMINATION),
    ("abrogation", AwardState.SUSPENDED),
]


@pytest.mark.parametrize(("measure", "state"), FROM_EVERYWHERE)
def test_a_notice_changes_no_public_word_and_given_up_leads_back(measure, state, letters_read):
    award, today = make_award(state), timezone.localdate()
    if state == AwardState.UNDER_REEXAMINATION:
        Award.objects.update(reason="Hébergeur.", before="reserved")
        award.reservations.create(text="Dater le test.", due_on=today + DAY)
    award = Award.objects.get()

    def public():
        fresh = Award.objects.get()
        told = registry.shown(fresh, today)
        return fresh.public_state(today), told.reason, told.in_force, SheetEvent.objects.count()

    before = public()
    awarding.announce(award=award, measure=measure, by=make_reviewer(), reason="Entre nous.")
    assert public() == before
    awarding.drop(award=award, by=make_decider(award.label), comment="Renoncé.")
    assert public() == before
    fresh = Award.objects.get()
    assert fresh.state == state
    if state == AwardState.UNDER_REEXAMINATION:
        assert fresh.before == "reserved"
    assert "Vous êtes titulaire du label" in letters_read[-1].body
    follows = "reste suspendu" if state == AwardState.SUSPENDED else "est en vigueur"
    assert follows in letters_read[-1].body


def test_a_reservation_lifted_while_a_suspended_award_may_end_makes_it_no_more_in_force(
    letters_read,
):
    award = make_award(AwardState.ABROGATION_NOTICE, before="suspended", reason="Fuite.")
    row = award.reservations.create(text="Dater.", due_on=timezone.localdate() + DAY)
    awarding.lift_reservation(reservation=row, by=make_decider(award.label), comment="Fait.")
    assert "en vigueur" not in letters_read[-1].body
