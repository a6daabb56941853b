"""The review screen in a real browser, by keyboard alone."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.models import ModelLogEntry

from catalogue.models import Evidence, Reason
from labelling.states import ApplicationState
from tests.accounts.signing_in import sign_in_staff
from tests.labelling.factories import make_claim
from tests.labelling.labels import make_application, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00"
    b"\x00\x00IEND\xaeB`\x82"
)


def test_a_file_is_judged_without_a_mouse(page: Page, live_server: LiveServer, site):
    holder = make_reviewer()
    file = make_application(ApplicationState.UNDER_REVIEW, holder=holder)
    Reason.objects.filter(purpose=Reason.Purpose.CRITERION).delete()
    reason = Reason.objects.create(
        purpose=Reason.Purpose.CRITERION, code="echue", label="Pièce échue", text="Pièce échue."
    )
    claim = make_claim(file.listing.results.get(), "SE-01")
    Evidence.objects.create(claim=claim, title="Plan", file=ContentFile(PNG, name="plan.png"))
    cookie = sign_in_staff(Client(), holder).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("instruction:inspect", args=[file.pk]))
    first, second = page.locator("#SE-01"), page.locator("#DO-01")

    # A key of its own judges and saves; the next criterion is one key away.
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("1")
    expect(first.get_by_role("status")).to_contain_text("Enregistré à")
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()

    # A verdict against waits for its comment, which a typed reason starts.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    expect(second.get_by_label("Commentaire, que l'offreur lit")).to_be_focused()
    second.get_by_label("Motif type").select_option(label=reason.label)
    page.keyboard.press("Control+Enter")
    expect(second.get_by_role("status")).to_contain_text("Enregistré à")
    expect(page.locator("[data-done]")).to_have_text("2")
    verdicts = {row.criterion: (row.verdict, row.comment) for row in file.reviews.all()}
    assert verdicts == {"SE-01": ("conforme", ""), "DO-01": ("non-conforme", "Pièce échue.")}

    # In a text, letters and figures are letters and figures.
    comment = first.get_by_label("Commentaire, que l'offreur lit")
    comment.focus()
    page.keyboard.type("jk 42")
    expect(comment).to_have_value("jk 42")
    page.keyboard.press("Tab")  # saved as one leaves it
    expect(first.get_by_role("button", name="Enregistrer")).to_be_focused()
    expect(first.get_by_role("status")).to_contain_text("Enregistré à")

    # A piece is fetched, and its reading logged, once it is asked for.
    assert not ModelLogEntry.objects.filter(action="labelling.file.piece").exists()
    first.get_by_text("Afficher ici").focus()
    page.keyboard.press("Enter")
    expect(page.frame_locator("#SE-01 iframe").locator("img")).to_be_visible()
    assert ModelLogEntry.objects.filter(action="labelling.file.piece", user=holder).count() == 1
