"""The password that everybody knows stays on the machine of whoever tries the demo."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from home.demo.people import ACCOUNTS, LOCAL_KEY, LOCAL_PASSWORD, load_accounts

pytestmark = pytest.mark.django_db


def passwords():
    return {password for _, _, password, _ in load_accounts()}


def test_on_this_very_machine_the_password_is_known(site, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert passwords() == {LOCAL_PASSWORD}


def test_the_command_gives_the_code_that_the_known_key_makes(site, settings, capsys):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["127.0.0.1"], "http://127.0.0.1:8000"
    load_accounts()
    call_command("demo_code", "moderation@demo.example")
    code = capsys.readouterr().out.split()[0]
    authenticator = Authenticator.objects.get(user__email="moderation@demo.example")
    assert authenticator.wrap().validate_code(code)


def test_the_command_gives_no_code_on_a_site_that_others_reach(site, settings):
    settings.ALLOWED_HOSTS = ["demo.exemple.fr"]
    with pytest.raises(CommandError):
        call_command("demo_code")


def test_a_second_run_keeps_the_second_factors(site, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["127.0.0.1"], "http://127.0.0.1:8000"
    first, second = load_accounts(), load_accounts()
    assert {key for *_, key in first} == {key for *_, key in second} == {LOCAL_KEY}
    assert Authenticator.objects.count() == len(ACCOUNTS)


def test_a_site_that_others_reach_draws_the_keys_and_tells_them_once(site, settings):
    settings.ALLOWED_HOSTS = ["demo.exemple.fr"]
    keys = {key for *_, key in load_accounts()}
    assert len(keys) == len(ACCOUNTS)
    assert LOCAL_KEY not in keys
    assert {key for *_, key in load_accounts()} == {""}


@pytest.mark.parametrize("hosts", [["localhost", "demo.exemple.fr"], ["*"]])
def test_a_site_that_others_reach_draws_it_even_if_its_address_was_left(site, settings, hosts):
    settings.ALLOWED_HOSTS = hosts
    settings.SITE_URL = "http://127.0.0.1:8000"
    drawn = passwords()
    assert len(drawn) == len(ACCOUNTS)
    assert LOCAL_PASSWORD not in drawn
