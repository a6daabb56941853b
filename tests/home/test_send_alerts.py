"""The daily command that tells people what waits."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from sourcing.models import RecommendationRequest
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, moderator
from tests.catalogue.reminders import live

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(site):
    vendor = VendorFactory()
    attach(vendor)
    member(vendor)
    live(vendor, 400)
    moderator()
    RecommendationRequest.objects.create(
        body="Commune de Ficti",
        need="Un outil pour suivre le courrier entrant.",
        email="agent@ficti.example",
        due_on=timezone.localdate(),
    )


def run(capsys, *options):
    call_command("send_alerts", *options)
    return capsys.readouterr().out.splitlines()[-1]


def test_it_tells_everybody_once_and_says_so(waiting, capsys):
    assert run(capsys, "--dry-run") == "À blanc : 1 rappels et 1 résumés à envoyer."
    assert not mail.outbox
    assert run(capsys) == "1 rappels et 1 résumés envoyés."
    assert run(capsys) == "0 rappels et 0 résumés envoyés."
    assert len(mail.outbox) == 2


def test_the_digest_counts_the_recommendations_asked_for(waiting, capsys):
    run(capsys)
    assert "Demandes de recommandation : 1" in mail.outbox[-1].body
