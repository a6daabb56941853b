"""The third stage from end to end: asked for, questioned, granted, suspended, abrogated, restored."""

import datetime as dt
import io
import re

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalogue.models import Listing
from labelling import assessing, awarding, deciding, reviewing
from labelling.models import Award, Label, LabelApplication
from search.indexing import rebuild
from tests.accounts.signing_in import add_totp
from tests.browser.conftest import watch
from tests.browser.label_journey import Owner, Public, Staff
from tests.browser.test_vendor_sheets import sign_in
from tests.catalogue.factories import make_offer, make_sheet
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_version
from tests.labelling.keys import public_pem
from tests.labelling.labels import make_decider, make_label, make_reviewer
from tests.labelling.questionnaires import write
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db(transaction=True)

GRANTED = "Label attribué avec réserves"
ASKED = "Joignez le rapport de restauration."
ANSWER = "Le rapport de mars est joint."
PIECE = "Rapport de restauration"
SENT_BACK = "Dites ce que vaut le rapport."
RESERVATION = "Publier le rapport de test."
PUBLIC_REASON = "L'hébergement n'est plus celui qui a été examiné."


@pytest.fixture
def home(site, engine, settings, live_server: LiveServer) -> str:
    """The site's address."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def label(home) -> Label:
    version = make_version(
        criterion("SE-01", blocking=True, text="Chiffrez-vous les données ?"),
        criterion("DO-01", theme="donnees", text="Testez-vous les sauvegardes ?"),
    )
    return make_label(version, name="Label d'essai")


@pytest.fixture
def listing(label):
    """A public sheet that answers all that the label asks."""
    vendor = sheets.attached_vendor()
    page = make_sheet("Ardoise Courrier", vendor=vendor, slug="ardoise")
    make_offer(page)
    owner = sheets.member(vendor)
    version = label.referential.versions.get()
    assessment = assessing.start(listing=page.listing, version=version, by=owner)
    write(assessment, owner, SE_01="oui", DO_01="oui")
    assessing.hand_over(assessment=assessment, by=owner, attested=True)
    rebuild()
    return page.listing


def let_pass(days: int, thing: LabelApplication | Award, *columns: str) -> None:
    """Let time go by for one thing: its dates are that much earlier."""
    earlier = {name: getattr(thing, name) - dt.timedelta(days=days) for name in columns}
    type(thing).objects.filter(pk=thing.pk).update(**earlier)


def test_a_label_is_granted_suspended_abrogated_and_restored(
    page: Page, new_context, console_errors, live_server, home, label, listing, tmp_path
):
    def browser() -> Page:
        """Another browser; its console must stay clean too."""
        opened = new_context().new_page()
        watch(opened, home, console_errors)
        return opened

    def staff(user: User) -> Staff:
        person = Staff(browser(), home)
        person.sign_in(user, add_totp(user))
        return person

    boss = listing.vendor.memberships.get().user
    sign_in(page, live_server, boss)
    owner = Owner(page, home, listing)
    (key,) = django_settings.SIGNING_KEYS
    public = Public(browser(), home, listing, public_pem(key))

    # Asked for; acknowledged by a letter.
    file = owner.apply("Essentiel", "Notre dossier.")
    application = LabelApplication.objects.get()
    assert owner.open_letter(file, "Accusé de réception", tmp_path).startswith(b"%PDF-")

    # Taken, admitted, judged; a piece is missing.
    desk = staff(make_reviewer())
    desk.take(application.number)
    desk.press("Déclarer recevable")
    desk.press("Commencer l'instruction")
    desk.judge("SE-01", "Conforme")
    desk.judge("DO-01", "À préciser", "Rien ne le montre.")
    desk.ask("Pièce manquante", "DO-01", ASKED)

    # The company forgets; it is warned, and answers with a new piece.
    application.refresh_from_db()
    let_pass(25, application, "asked_on", "answer_due_on")
    mail.outbox.clear()
    call_command("expire", stdout=io.StringIO())
    (warning,) = [one for one in mail.outbox if one.to == [boss.email]]
    assert "la demande devient caduque" in warning.body
    link = re.search(rf"{home}\S+", warning.body)[0]
    owner.answer(link, "DO-01", PIECE, ANSWER)

    # What changed is shown; proposed, sent back, proposed again. Who proposes never decides.
    desk.open("Instruction", application.number)
    expect(desk.page.locator("#DO-01").get_by_text("Nouvelle pièce").first).to_be_visible()
    expect(desk.page.locator("#DO-01").get_by_text(PIECE).first).to_be_visible()
    expect(desk.page.locator("#SE-01").get_by_text("Nouvelle pièce")).to_have_count(0)
    desk.judge("DO-01", "Conforme")
    desk.propose(GRANTED, "Le dossier est complet.", RESERVATION)
    first, second = (staff(make_decider(label)) for _ in range(2))
    first.open("Instruction", application.number)
    first.act("Renvoyer à l'instruction", comment=SENT_BACK)
    desk.open("Instruction", application.number)
    expect(desk.page.get_by_text(SENT_BACK).first).to_be_visible()
    desk.propose(GRANTED, "Le dossier est complet, le rapport n'est pas public.", RESERVATION)
    assert_cannot_decide(desk, application)
    second.open("Instruction", application.number)
    second.act("Attribuer le label avec réserves", decision="Au vu du dossier.")
    public.reads("reserved", "En vigueur, avec réserves", in_force=True)

    # The reservation is lifted.
    owner.say_what_was_done(file, "Publié hier.")
    award = Award.objects.get()
    first.open("Labels attribués", award.number)
    expect(first.page.get_by_text("Publié hier.")).to_be_visible()
    first.act("Lever la réserve", comment="Le rapport est en ligne.")
    public.reads("active", "En vigueur", in_force=True)

    # Suspended once it was heard: a notice tells nobody else.
    desk.open("Labels attribués", award.number)
    desk.act("Engager une suspension", reason="L'hébergement a changé.")
    public.reads("active", "En vigueur", in_force=True)
    owner.reply_to_notice(file, "Nous y remédions.")
    first.open("Labels attribués", award.number)
    expect(first.page.get_by_text("Nous y remédions.")).to_be_visible()
    first.act("Suspendre", comment="L'hébergeur est un autre.", reason=PUBLIC_REASON)
    public.reads("suspended", "Suspendu", in_force=False)

    # Abrogated by two people once the notice is over.
    desk.open("Labels attribués", award.number)
    desk.act("Engager une abrogation ou un retrait", reason="Rien n'a changé depuis.")
    award.refresh_from_db()
    let_pass(60, award, "notice_at", "notice_until")
    second.open("Labels attribués", award.number)
    second.act("Abroger", comment="Aucune réponse n'est venue.", reason=PUBLIC_REASON)
    public.reads("abrogated", "Abrogé", in_force=False)

    # Restored: a third person allows the appeal.
    third = staff(make_decider(label))
    owner.appeal(file, "L'hébergeur est de nouveau le même.")
    third.open("Recours", application.number)
    third.act("Faire droit au recours", decision="L'hébergement est celui qui a été examiné.")
    public.reads("active", "En vigueur", in_force=True)
    call_command("verify_label_events", stdout=io.StringIO())


def assert_cannot_decide(desk: Staff, application: LabelApplication) -> None:
    """There is no button to decide on one's own proposal, and its address refuses."""
    expect(desk.page.get_by_text("Une autre personne décide").first).to_be_visible()
    expect(desk.page.get_by_role("link", name="Attribuer le label")).to_have_count(0)
    place = desk.home + reverse("label_decision", args=[application.pk])
    token = desk.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    refused = desk.page.request.post(
        place,
        form={"csrfmiddlewaretoken": token, "decision": "Je décide."},
        headers={"Referer": desk.page.url},
    )
    assert refused.status == 403
    assert "Une autre personne décide" in refused.text()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_company_does_its_part_without_script(
    page: Page, live_server: LiveServer, label: Label, listing: Listing, tmp_path
):
    sign_in(page, live_server, listing.vendor.memberships.get().user)
    owner = Owner(page, live_server.url, listing)
    file = owner.apply("Essentiel", "Notre dossier.")
    assert owner.open_letter(file, "Accusé de réception", tmp_path).startswith(b"%PDF-")
    reviewer, decider, _third = make_reviewer(), make_decider(label), make_decider(label)
    application = LabelApplication.objects.get()
    for act in (reviewing.claim, reviewing.admit, reviewing.begin):
        act(application=application, by=reviewer)
    reviewing.ask(
        application=application, by=reviewer, kind="missing", text=ASKED, criteria=["DO-01"]
    )
    owner.answer(file, "DO-01", PIECE, ANSWER)
    for one in ("SE-01", "DO-01"):
        reviewing.save_verdict(
            application=application, criterion=one, verdict="conforme", comment="",
            reason=None, edition=0, by=reviewer,
        )  # fmt: skip
    reviewing.propose(
        application=application, by=reviewer, outcome="granted_with_reservations",
        level=application.level, motives="Le dossier est complet.",
        reservations=[(RESERVATION, timezone.localdate() + dt.timedelta(days=90))],
    )  # fmt: skip
    deciding.decide(application=application, by=decider, decision="Au vu du dossier.")
    owner.say_what_was_done(file, "Publié hier.")
    award = Award.objects.get()
    awarding.announce(
        award=award, measure="suspension", by=reviewer, reason="L'hébergement a changé."
    )
    owner.reply_to_notice(file, "Nous y remédions.")
    awarding.suspend(
        award=award, by=decider, comment="L'hébergeur est un autre.", reason=PUBLIC_REASON
    )
    owner.appeal(file, "L'hébergeur est de nouveau le même.")
