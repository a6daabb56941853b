"""What each person does on a solution's way through a label, by their screens alone."""

import re
from pathlib import Path
from typing import Any

from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from playwright.sync_api import Page, expect

from catalogue.models import Listing
from search.indexing import drain
from tests.browser.listing_journey import Moderator

STEPS = re.compile(r"/gestion/(instruction|labels-attribues|recours)/\d+/\S+/\d*$")
"""The screen of one act: once it is done one is back where one came from."""


class Owner:
    """Who owns the company, at their browser."""

    def __init__(self, page: Page, home: str, listing: Listing) -> None:
        self.page, self.home = page, home
        self.sheet = f"{home}/espace-editeur/fiches/{listing.uid}/"

    def apply(self, level: str, words: str) -> str:
        """From the sheet to the deposit, past the check; returns the address of the file."""
        self.page.goto(self.sheet)
        self.page.locator("main").get_by_role("link", name=re.compile("label", re.I)).first.click()
        expect(self.page.get_by_text("Vous pouvez demander ce label")).to_be_visible()
        self.follow("Demander ce label")
        self.page.get_by_label(level).check(force=True)
        self.page.get_by_label("Présentation").fill(words)
        self.press("Enregistrer et relire avant dépôt")
        expect(self.page.get_by_text("Ce qui sera jugé")).to_be_visible()
        self.page.get_by_label("J'atteste que ce dossier est exact").check(force=True)
        self.press("Déposer la demande")
        expect(self.page.get_by_text("Votre demande est déposée").first).to_be_visible()
        return self.page.url

    def open_letter(self, file: str, title: str, scratch: Path) -> bytes:
        """Open a letter of the file, which notifies it; returns the PDF."""
        self.page.goto(file)
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=re.compile(title)).first.click()
        download.value.save_as(scratch / "lettre.pdf")
        return (scratch / "lettre.pdf").read_bytes()

    def answer(self, file: str, criterion: str, piece: str, words: str) -> None:
        """Add a piece to what the question is about, hand it in, and answer."""
        self.page.goto(file)
        self.follow("Répondre")
        self.page.get_by_label("Votre réponse").fill(words)
        self.press(f"Joindre une pièce {criterion}")
        self.page.get_by_label("Intitulé").fill(piece)
        self.page.get_by_label("Ou adresse d'une page publique").fill(
            "https://editeur.exemple.fr/sauvegardes"
        )
        self.press("Joindre la pièce")
        expect(self.page.get_by_label("Votre réponse")).to_have_value(words)
        self.press("Vérifier et remettre")
        for label in ("J'accepte les conditions", "J'atteste"):
            self.page.get_by_label(label).check(force=True)
        self.press("Remettre")
        expect(self.page.get_by_text("Vos réponses sont remises.")).to_be_visible()
        self.page.goto(file)
        self.follow("Répondre")
        expect(self.page.get_by_text("est jointe au dossier avec votre réponse")).to_be_visible()
        self.press("Envoyer la réponse")
        expect(self.page.get_by_text("l'instruction reprend")).to_be_visible()

    def say_what_was_done(self, file: str, words: str) -> None:
        """Say what was done about the one reservation."""
        self.page.goto(file)
        self.follow("Dire ce qui est fait")
        self.page.get_by_label("Ce que vous avez fait").fill(words)
        self.press("Dire ce qui est fait")
        expect(self.page.get_by_text("C'est noté")).to_be_visible()

    def reply_to_notice(self, file: str, words: str) -> None:
        """Say what one thinks of a measure before it is decided."""
        self.page.goto(file)
        self.follow("Répondre au préavis")
        self.page.get_by_label("Votre réponse").fill(words)
        self.press("Envoyer la réponse")
        expect(self.page.get_by_text("Votre réponse est enregistrée")).to_be_visible()

    def appeal(self, file: str, words: str) -> None:
        """Appeal against the decision that stands."""
        self.page.goto(file)
        self.follow("Former un recours")
        self.page.get_by_label("Pourquoi vous la contestez").fill(words)
        self.press("Former le recours")
        expect(self.page.get_by_text("Votre recours est formé")).to_be_visible()

    def follow(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).last.click()


class Staff(Moderator):
    """Somebody of the review desk at their browser, in the admin."""

    def take(self, number: str) -> None:
        """From the menu to the queue; take a file and open it."""
        self.open_menu("Instruction")
        self.press(f"Prendre {number}")
        self.page.locator("main table").get_by_role("link", name=number).first.click()

    def open(self, menu: str, name: str) -> None:
        """Open a file, a label or an appeal from its list."""
        self.open_menu(menu)
        self.page.locator("main table").get_by_role("link", name=re.compile(name)).first.click()

    def open_menu(self, name: str) -> None:
        """Follow an entry of the admin's menu."""
        self.page.goto(f"{self.home}/gestion/")
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def judge(self, criterion: str, verdict: str, comment: str = "") -> None:
        """Give a verdict; one without a comment saves itself."""
        article = self.page.locator(f"#{criterion}")
        article.get_by_role("radio", name=re.compile(f"^{verdict}")).check()
        if comment:
            article.get_by_label("Commentaire").fill(comment)
            article.get_by_role("button", name="Enregistrer").click()
        expect(article.get_by_role("status")).to_contain_text("Enregistré à")

    def ask(self, kind: str, criterion: str, words: str) -> None:
        """Ask the company about a criterion."""
        self.choose("Interroger l'offreur")
        self.page.get_by_label(kind).check()
        self.page.get_by_label(criterion).check()
        self.page.locator("main [name=text]").fill(words)
        self.submit("Interroger l'offreur")

    def propose(self, outcome: str, motives: str, reservation: str) -> None:
        """Propose a decision with a reservation."""
        self.choose("Proposer une décision")
        self.page.get_by_label(outcome, exact=True).check()
        self.page.locator("main [name=motives]").fill(motives)
        field = self.page.get_by_label("Réserve 1", exact=True)
        if not field.is_visible():
            self.page.get_by_text("Réserves, pour un label accordé avec réserves").click()
        field.fill(reservation)
        self.submit("Proposer une décision")

    def act(self, name: str, button: str = "", **typed: str) -> None:
        """Choose an act, fill its form (fields by name) and do it."""
        self.choose(name)
        for field, text in typed.items():
            self.page.locator(f"main [name={field}]").fill(text)
        self.submit(button or name)

    def choose(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def submit(self, name: str) -> None:
        """Send the form of an act: what is done is told."""
        expect(self.page).to_have_url(STEPS)
        self.press(name)
        expect(self.page).not_to_have_url(STEPS)
        expect(self.page.locator(".messages .success")).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()


class Public:
    """Anybody, by pages and by programs."""

    def __init__(self, page: Page, home: str, listing: Listing, key: str) -> None:
        self.page, self.home, self.key = page, home, key
        self.name, self.slug = listing.page.title, listing.page.slug

    def status(self) -> dict[str, Any]:
        """What `status.json` answers about the solution."""
        place = f"{self.home}/solutions/{self.slug}/"
        answer = self.page.request.get(f"{self.home}/label/status.json", params={"url": place})
        assert answer.ok, answer.text()
        return answer.json()

    def reads(self, state: str, words: str, *, in_force: bool) -> None:
        """Check that all that tells of the label says the same."""
        drain()
        status = self.status()
        assert (status["state"], status["in_force"]) == (state, in_force)
        badge = self.page.request.get(status["badge"])
        assert badge.headers["content-type"].startswith("image/svg+xml")
        assert f">{words}</text>" in badge.text()
        assert self.credential(status) == ("" if in_force else _SET[state])
        for address, part in (
            (status["url"], "[aria-labelledby=label]"),
            (f"{self.home}/label/?etat=tous", "tbody"),
            (status["register"], ".gt-page__head"),
        ):
            self.page.goto(address)
            expect(self.page.locator(part).get_by_text(words, exact=True)).to_be_visible()
        # The image beside these words, as the browser kept it, says the same.
        assert f">{words}</text>" in self.page.evaluate(_SHOWN)
        for address in ("/label/", "/solutions/?etape=labellisee"):
            self.page.goto(f"{self.home}{address}")
            link = self.page.locator("main").get_by_role("link", name=self.name)
            expect(link).to_have_count(1 if in_force else 0)

    def credential(self, status: dict[str, Any]) -> str:
        """Verify the credential with a library that is not ours; which list it is on, or none."""
        token = self.fetch(status["credential"].replace(".json", ".jwt")).decode()
        try:
            OB3Verifier(self.key).verify(token, check_status=True, download=self.fetch)
        except OB3VerificationError as error:
            return re.search(r"status '(\w+)' is set", str(error))[1]
        return ""

    def fetch(self, address: str) -> bytes:
        return self.page.request.get(address).body()


_SHOWN = "fetch(document.querySelector('.gt-badge').src).then((answer) => answer.text())"
_SET = {"suspended": "suspension", "abrogated": "revocation"}
"""The list that says of a credential that its label is in that state."""
