"""What time ends."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from home.models import ContactMessage
from search.models import EmptyQuery
from tests.catalogue.factories import VendorFactory

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
