"""What time ends."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from home.models import ContactMessage

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
