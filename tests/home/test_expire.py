"""What time ends."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalogue import reporting
from catalogue.models import SheetCount, Transfer
from home.models import ContactMessage
from labelling.models import LabelApplication
from labelling.models.label import WARN_DAYS
from labelling.states import ApplicationState
from search.models import EmptyQuery
from sourcing import services as sourcing
from sourcing.models import RecommendationRequest
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import moderator
from tests.labelling.labels import make_application

pytestmark = pytest.mark.django_db


def message(handled_days_ago: int | None) -> ContactMessage:
    handled = handled_days_ago and timezone.now() - dt.timedelta(days=handled_days_ago)
    return ContactMessage.objects.create(subject="question", message="…", handled_at=handled)


def test_messages_handled_a_year_ago_are_erased_and_no_other(site, capsys):
    old, recent, waiting = message(366), message(300), message(None)
    call_command("expire", "--dry-run")
    assert ContactMessage.objects.count() == 3
    for _ in range(2):
        call_command("expire")
    assert set(ContactMessage.objects.all()) == {recent, waiting}
    assert old.pk not in ContactMessage.objects.values_list("pk", flat=True)
    assert "0 messages effacés" in capsys.readouterr().out.splitlines()[-1]


def test_counts_of_searches_without_result_are_erased_after_ninety_days(site, capsys):
    today = timezone.localdate()
    for days in (89, 91, 120):
        EmptyQuery.objects.create(text="visio", day=today - dt.timedelta(days=days), count=2)
    call_command("expire", "--dry-run")
    assert EmptyQuery.objects.count() == 3
    call_command("expire")
    assert EmptyQuery.objects.get().day == today - dt.timedelta(days=89)
    assert "2 recherches sans résultat effacées" in capsys.readouterr().out.splitlines()[-1]


def test_companies_registered_while_the_register_was_down_are_checked(capsys, monkeypatch):
    vendor = VendorFactory(siren="000000018")
    vendor.recorded_values.create(field="register", value=vendor.siren, source="vendor")
    call_command("expire", "--dry-run")
    assert "1 entreprises à vérifier" in capsys.readouterr().out
    monkeypatch.setattr("catalogue.companies.find", lambda siren: None)
    call_command("expire")
    assert "0 entreprises vérifiées" in capsys.readouterr().out


def test_transfers_without_answer_are_closed_and_old_counts_erased(site, capsys):
    listing = make_sheet().listing
    Transfer.objects.create(listing=listing, source=listing.vendor, target=VendorFactory())
    Transfer.objects.update(asked_at=timezone.now() - dt.timedelta(days=31))
    SheetCount.objects.create(listing=listing, day=dt.date(2020, 1, 1), views=1)
    call_command("expire", "--dry-run")
    assert "1 cessions à clore" in capsys.readouterr().out
    call_command("expire")
    assert Transfer.objects.get().state == Transfer.State.LAPSED
    assert not SheetCount.objects.exists()
    assert "1 cessions closes" in capsys.readouterr().out


def test_reports_and_requests_closed_a_year_ago_are_erased(site, capsys):
    judge, long_ago = moderator(), timezone.now() - dt.timedelta(days=366)
    report = reporting.report(path="/cgu/", reason="page", message="Elle déborde.", email="a@b.fr")
    report = reporting.handle(report=report, by=judge, answer="Corrigé.")
    report.decided_at = long_ago
    report.save()
    asked = sourcing.ask(body="Ville", need="Un besoin décrit en quelques mots.", email="a@b.fr")
    sourcing.dismiss(request=asked, by=judge, text="Non.")
    RecommendationRequest.objects.update(decided_at=long_ago)
    call_command("expire", "--dry-run")
    assert "1 signalements, 1 demandes de recommandation" in capsys.readouterr().out
    report.refresh_from_db()
    assert report.message
    call_command("expire")
    told = capsys.readouterr().out
    assert "1 signalements effacés, 1 demandes de recommandation effacées" in told
    report.refresh_from_db()
    assert (report.message, report.email) == ("", "")
    assert not RecommendationRequest.objects.exists()


def test_what_time_did_to_labels_is_said_and_a_file_that_fails_makes_the_command_fail(
    site, capsys, monkeypatch
):
    application = make_application(ApplicationState.AWAITING_VENDOR)
    # Warned for the last time: without that, it would be put off first.
    LabelApplication.objects.update(
        answer_due_on=timezone.localdate() - dt.timedelta(days=1), lapse_warned=min(WARN_DAYS)
    )
    call_command("expire", "--dry-run")
    assert "1 demandes de label caduques" in capsys.readouterr().out

    with monkeypatch.context() as patch:
        patch.setattr("labelling.lapsing._lapse", lambda row, today: 1 / 0)
        with pytest.raises(CommandError, match="1 dossiers de label"):
            call_command("expire")
    assert "0 demandes de label caduques" in capsys.readouterr().out

    for count in (1, 0):
        call_command("expire")
        assert f"{count} demandes de label caduques" in capsys.readouterr().out.splitlines()[-1]
    application.refresh_from_db()
    assert application.state == ApplicationState.LAPSED
