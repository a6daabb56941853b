"""What each person does in the journey of a sheet, from a first visit to the public's page."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from config.environment import ROOT
from tests.accounts.signing_in import totp_code

PASSWORD = "une phrase assez longue"
MANDATE = b"%PDF-1.7\nmandat de Logiciels Fictifs\n%%EOF\n"


class Vendor:
    """A product manager at their browser."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home

    def sign_up(self, address: str) -> None:
        """From the home page to « confirm your address »."""
        self.page.goto(self.home)
        self.page.get_by_role("link", name="Inscrire une solution").first.click()
        self.page.get_by_role("link", name="Créer un compte").click()
        self.page.get_by_label("Adresse électronique").fill(address)
        for field in self.page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        self.press("Créer mon compte")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")

    def confirm(self, mail: str) -> None:
        """Follow the link of the mail: one is in the vendor space."""
        self.page.goto(re.search(r"^(http\S+)$", mail, re.MULTILINE)[1])
        self.press("Confirmer mon adresse")
        expect(self.page).to_have_url(f"{self.home}/espace-editeur/")

    def register(self, siren: str, **typed: str) -> None:
        """Enter the company: `typed` is what the register did not say, by label."""
        self.page.get_by_role("link", name="Inscrire mon entreprise").click()
        self.page.get_by_label("SIREN", exact=False).first.fill(siren)
        self.press("Continuer")
        for label, value in typed.items():
            field = self.page.get_by_label(label)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.press("Inscrire l'entreprise")
        expect(self.page).to_have_url(re.compile("/rattachement/$"))

    def prove(self) -> None:
        """Hand in a signed mandate."""
        self.page.get_by_label("Mandat signé").set_input_files(
            {"name": "mandat.pdf", "mimeType": "application/pdf", "buffer": MANDATE}
        )
        self.press("Envoyer le mandat")
        expect(self.page.get_by_text("La mission LABEL va examiner ce mandat.")).to_be_visible()

    def write(self, name: str, summary: str, description: str) -> str:
        """Write a sheet step by step; returns the address of its page in the vendor space."""
        self.page.goto(f"{self.home}/espace-editeur/")
        self.page.get_by_role("link", name=re.compile("Nouvelle fiche")).click()
        self.page.get_by_label("Nom de la solution").fill(name)
        self.press("Créer le brouillon")
        self.page.get_by_label("Description courte").fill(summary)
        self.page.get_by_text("Collaboration et bureautique", exact=True).click()
        self.page.get_by_text("Visioconférence et webinaire").click()
        self.go_on()
        self.page.locator("#id_description").fill(description)
        self.go_on()
        self.page.get_by_label("Ajouter une capture d'écran").set_input_files(
            {"name": "ecran.png", "mimeType": "image/png", "buffer": picture()}
        )
        self.page.get_by_label("Texte alternatif de cette capture").fill("La liste du courrier")
        self.press("Ajouter et rester ici")
        expect(self.page.get_by_alt_text("La liste du courrier")).to_be_visible()
        self.go_on()
        self.go_on()
        self.page.get_by_role("link", name="Ajouter une offre").click()
        self.page.get_by_label("Nom de l'offre").fill("Abonnement en ligne")
        self.press("Enregistrer l'offre")
        self.press("Continuer")
        self.press("Continuer")
        return self.page.url.removesuffix("etape/envoi/")

    def hand_in(self, sheet: str) -> None:
        """Agree to what is asked and hand the sheet in."""
        self.page.goto(f"{sheet}etape/envoi/")
        for label in ("conditions d'utilisation", "exacte et à jour", "Licence Ouverte"):
            self.page.locator("label", has_text=label).click()
        self.press("Remettre la fiche")
        expect(self.page.get_by_text("La fiche est remise.")).to_be_visible()

    def change(self, sheet: str, summary: str) -> None:
        """Write another short description."""
        self.page.goto(f"{sheet}etape/essentiel/")
        self.page.get_by_label("Description courte").fill(summary)
        self.press("Enregistrer et quitter")
        expect(self.page.get_by_text("La fiche est enregistrée.")).to_be_visible()

    def go_on(self) -> None:
        """Save a step and go on."""
        self.press("Enregistrer et continuer")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


class Moderator:
    """Somebody of mission LABEL at their browser, in the admin."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home

    def sign_in(self, user: User, secret: str) -> None:
        """By the admin's door: password, then the code of the second factor."""
        self.page.goto(f"{self.home}/gestion/")
        self.page.get_by_label("Adresse électronique").fill(user.email)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.get_by_role("button", name="Se connecter", exact=True).click()
        self.page.locator("input[name=code]").fill(totp_code(secret))
        self.page.get_by_role("button", name="Continuer").click()
        expect(self.page).to_have_url(f"{self.home}/gestion/")

    def accept_mandate(self) -> None:
        """From the first page of the admin to the decision."""
        self.page.goto(f"{self.home}/gestion/")
        self.page.get_by_role("link", name="1 preuve à examiner").first.click()
        self.page.locator("main table").get_by_role(
            "link", name=re.compile("fictilog", re.I)
        ).click()
        self.page.get_by_role("button", name="Accepter le mandat").click()
        expect(self.page.get_by_text("Décision enregistrée")).to_be_visible()

    def open_from_queue(self, name: str) -> None:
        """Open the sheet that waits."""
        self.page.goto(f"{self.home}/gestion/")
        self.page.get_by_role("link", name="1 fiche à examiner").click()
        self.page.locator("main table").get_by_role("link", name=name, exact=True).click()
        expect(self.page).to_have_url(re.compile(r"/gestion/pages/\d+/edit/"))

    def send_back(self, comment: str) -> None:
        """Ask for corrections, with a reason from the list and words of one's own."""
        self._choose("reject")
        form = self.page.get_by_role("dialog").locator("form")
        form.get_by_label("Motif").select_option(index=1)
        form.locator("textarea").fill(comment)
        form.locator("[type=submit]").click()
        expect(self.page).not_to_have_url(re.compile("/edit/"))

    def approve(self) -> None:
        """Approve what one has read: it is published."""
        self._choose("approve")
        expect(self.page).not_to_have_url(re.compile("/edit/"))

    def _choose(self, action: str) -> None:
        button = self.page.locator(f"button[data-workflow-action-name={action}]").first
        button.wait_for(state="attached")
        if not button.is_visible():
            self.page.locator(
                "footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]"
            ).last.click()
        button.click()


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), "navy").save(file, "PNG")
    return file.getvalue()


@contextmanager
def index_worker(index: Path, scratch: Path) -> Iterator[None]:
    """Run `sync_index --loop` beside the site, as in production, on the database of the test."""
    name = connection.settings_dict["NAME"]
    database = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    )
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "sync_index", "--loop", "--interval", "0.5"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATABASE_URL": database,
            "SEARCH_ENGINE": "embedded",
            "SEARCH_INDEX_DIR": str(index),
            "VAR_ROOT": str(scratch),
        },
    )
    try:
        yield
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(60)
