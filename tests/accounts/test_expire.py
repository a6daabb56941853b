"""The nightly job also erases what accounts no longer need."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_sign_up_never_confirmed_is_erased_by_the_nightly_job(site, capsys):
    user = User.objects.create_user("oubli@exemple.fr", "une phrase assez longue")
    EmailAddress.objects.create(user=user, email=user.email)
    User.objects.update(date_joined=timezone.now() - dt.timedelta(days=8))
    call_command("expire", "--dry-run")
    assert User.objects.exists()
    call_command("expire")
    assert not User.objects.exists()
    assert "1 inscriptions ou sessions effacées" in capsys.readouterr().out.splitlines()[-1]
