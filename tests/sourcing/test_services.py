"""Recommendations asked of mission LABEL: when they are due, who has them, what is answered."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.services import Refused
from catalogue.due_dates import answer_due_on
from catalogue.models import Category
from sourcing import services
from sourcing.models import RecommendationRequest
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, moderator, person, reviewer

pytestmark = pytest.mark.django_db

BUYER = "achats@ville.invalid"
NEED = "Signer les arrêtés à distance : douze signataires, quatre cents actes par an."


def ask(**columns):
    return services.ask(**{"body": "Ville d'Essai", "need": NEED, "email": BUYER, **columns})


class TestAsking:
    def test_it_is_due_in_ten_working_days_and_both_sides_are_told(self, site, outbox, settings):
        sent = outbox(ask, category=Category.objects.first())
        row = RecommendationRequest.objects.get()
        assert row.due_on == answer_due_on(timezone.localdate())
        assert set(sent) == {BUYER, settings.CONTACT_EMAIL}
        assert f"/demander/{row.uid}/" in sent[BUYER].body
        to_staff = sent[settings.CONTACT_EMAIL]
        assert f"/gestion/recommandations/inspect/{row.pk}/" in to_staff.body
        # The address may be anybody's: nothing that was typed goes there.
        assert "arrêtés" not in sent[BUYER].body
        assert "Ville d'Essai" not in sent[BUYER].body

    def test_a_need_of_a_few_words_is_refused(self, site):
        with pytest.raises(ValidationError):
            ask(need="Un logiciel")


class TestHolding:
    def test_it_is_taken_once_and_released_by_anybody(self, site):
        row, first, second = ask(), moderator(), moderator()
        services.take(request=row, by=first)
        with pytest.raises(Refused, match="déjà prise"):
            services.take(request=row, by=second)
        services.release(request=row, by=second)
        with pytest.raises(Refused, match="Personne"):
            services.release(request=row, by=first)
        row = services.take(request=row, by=second)
        assert (row.state, row.taken_by) == ("taken", second)

    @pytest.mark.parametrize("service", [services.answer, services.dismiss])
    def test_who_does_not_have_it_does_not_answer_it(self, site, service):
        row = services.take(request=ask(), by=moderator())
        with pytest.raises(Refused, match="libérez-la"):
            service(request=row, by=moderator(), text="Regardez ceci.")


class TestAnswering:
    def test_the_answer_is_mailed_with_its_sheets(self, site, outbox):
        sheet, row, judge = make_sheet("Parapheur"), ask(), moderator()
        sent = outbox(
            services.answer,
            request=row,
            by=judge,
            text="Regardez ces fiches.",
            listings=[sheet.listing, sheet.listing],
        )
        row.refresh_from_db()
        assert (row.state, row.answer, row.decided_by) == (
            "answered",
            "Regardez ces fiches.",
            judge,
        )
        assert list(row.sheets.all()) == [sheet.listing]
        assert set(sent) == {BUYER}
        assert "Regardez ces fiches." in sent[BUYER].body
        assert "ne recommande aucun achat" in sent[BUYER].body

    def test_a_request_is_dismissed_with_a_reason(self, site, outbox):
        row = ask()
        sent = outbox(services.dismiss, request=row, by=moderator(), text="Le matériel est exclu.")
        assert "Le matériel est exclu." in sent[BUYER].body
        row.refresh_from_db()
        assert row.state == "dismissed"
        with pytest.raises(Refused, match="déjà close"):
            services.answer(request=row, by=moderator(), text="Encore")

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * 6001])
    def test_an_answer_has_words_and_not_too_many(self, site, text):
        with pytest.raises(Refused, match="réponse"):
            services.answer(request=ask(), by=moderator(), text=text)

    def test_only_public_sheets_are_named(self, site):
        hidden = make_sheet(live=False)
        with pytest.raises(Refused, match="pas en ligne"):
            services.answer(request=ask(), by=moderator(), text="Voici.", listings=[hidden.listing])

    def test_nobody_names_the_sheets_of_their_own_company(self, site):
        vendor, judge, row = VendorFactory(), moderator(), ask()
        vendor.memberships.create(user=judge, role="editor")
        own = make_sheet("Maison", vendor=vendor)
        with pytest.raises(Refused, match="Vous agissez pour l'offreur de « Maison »"):
            services.answer(request=row, by=judge, text="Voici.", listings=[own.listing])
        row.refresh_from_db()
        assert row.state == "received"


@pytest.mark.parametrize(
    "role", ["owner", "editor", "other", "agent", "reviewer", "moderator", "who asked"]
)
@pytest.mark.parametrize("service", ["take", "release", "answer", "dismiss"])
def test_rights(site, service, role):
    vendor = VendorFactory()
    people = {
        "owner": lambda: member(vendor),
        "editor": lambda: member(vendor, "editor"),
        "other": lambda: member(VendorFactory()),
        "agent": lambda: person(agent=True),
        "reviewer": reviewer,
        "moderator": moderator,
        "who asked": lambda: person(agent=True),
    }
    by = people[role]()
    row = ask(asked_by=by if role == "who asked" else None)
    if service == "release":
        row.state, row.taken_by = "taken", by
        row.save()
    words = {} if service in ("take", "release") else {"text": "Voici."}
    call = getattr(services, service)
    if role == "moderator":
        assert call(request=row, by=by, **words).state != row.state
        return
    with pytest.raises(PermissionDenied):
        call(request=row, by=by, **words)


class TestErasing:
    def test_requests_closed_a_year_ago_are_erased_and_no_others(self, site):
        rows = {days: ask() for days in (None, 300, 366)}
        for days, row in rows.items():
            if days:
                services.dismiss(request=row, by=moderator(), text="Non.")
                closed = timezone.now() - dt.timedelta(days=days)
                RecommendationRequest.objects.filter(pk=row.pk).update(decided_at=closed)
        assert services.erase_old_requests(now=timezone.now(), dry_run=True) == 1
        assert RecommendationRequest.objects.count() == 3
        assert services.erase_old_requests(now=timezone.now()) == 1
        assert set(RecommendationRequest.objects.all()) == {rows[None], rows[300]}

    def test_what_a_person_asked_is_in_their_copy_and_goes_with_their_account(self, site):
        from accounts.export import export_account
        from accounts.services import close_account

        agent = person(agent=True)
        ask(asked_by=agent)
        other = ask()
        [told] = export_account(agent)["demandes_de_recommandation"]
        assert told["need"] == NEED
        close_account(user=agent)
        assert RecommendationRequest.objects.get() == other
