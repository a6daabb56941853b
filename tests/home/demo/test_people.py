"""The password that everybody knows stays on the machine of whoever tries the demo."""

import pytest

from home.demo.people import LOCAL_PASSWORD, load_accounts

pytestmark = pytest.mark.django_db


def passwords():
    return {password for _, _, password in load_accounts()}


def test_on_this_very_machine_the_password_is_known(site, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert passwords() == {LOCAL_PASSWORD}


@pytest.mark.parametrize("hosts", [["localhost", "demo.exemple.fr"], ["*"]])
def test_a_site_that_others_reach_draws_it_even_if_its_address_was_left(site, settings, hosts):
    settings.ALLOWED_HOSTS = hosts
    settings.SITE_URL = "http://127.0.0.1:8000"
    drawn = passwords()
    assert len(drawn) == 3
    assert LOCAL_PASSWORD not in drawn
