"""Who sent something, told apart without keeping an address."""

import pytest
from django.test import RequestFactory

from catalogue.quotas import sender_of


def request(forwarded="", remote="192.0.2.1"):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)


def test_a_sender_is_a_hash_that_does_not_hold_the_address():
    sender = sender_of(request())
    assert sender == sender_of(request())
    assert sender != sender_of(request(remote="192.0.2.2"))
    assert "192.0.2" not in sender
    assert len(sender) == 64


def test_without_a_trusted_proxy_what_the_visitor_says_is_not_believed(settings):
    settings.TRUSTED_PROXIES = 0
    assert sender_of(request("203.0.113.9")) == sender_of(request())


@pytest.mark.parametrize("forwarded", ["203.0.113.1", "198.51.100.7, 203.0.113.1"])
def test_behind_a_trusted_proxy_the_last_address_that_it_saw_counts(settings, forwarded):
    settings.TRUSTED_PROXIES = 1
    seen = sender_of(request(forwarded))
    settings.TRUSTED_PROXIES = 0
    assert seen == sender_of(request(remote="203.0.113.1"))
