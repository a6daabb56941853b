"""Everything about one file for a court: complete, and each byte of it may be checked."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile

from catalogue.models import Claim, Evidence
from labelling import court_file, events, letters
from labelling.models import ApplicationMessage, CriterionReview, LabelEvent, Note
from labelling.states import ApplicationState, AwardState, Role
from tests.labelling.labels import (
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_expert,
    make_label,
    make_reviewer,
)

pytestmark = pytest.mark.usefixtures("site")
PIECE = b"%PDF-1.7 rapport"


def piece(listing, title: str, name: str, content: bytes = PIECE) -> dict:
    """A piece of evidence that is judged, as the snapshot tells of it."""
    claim, _new = Claim.objects.get_or_create(
        listing=listing, kind=Claim.Kind.ANSWER, key="essai/SE-01"
    )
    row = Evidence.objects.create(
        claim=claim,
        title=title,
        file=ContentFile(content, name=name),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return {
        "uid": str(row.uid), "title": title, "url": "", "sha256": row.sha256,
        "public": True, "expires_on": None,
    }  # fmt: skip


@pytest.fixture
def decider(site):
    return make_decider()


@pytest.fixture
def file(site):
    """A refused file about which everything was written that may be."""
    label, reviewer = make_label(), make_reviewer()
    application = make_application(ApplicationState.REFUSED, label=label, decided_by=None)
    listing = application.listing
    kept = piece(listing, "Rapport", "rapport <b>.PDF")
    replaced = piece(listing, "Autre", "autre.png")
    Evidence.objects.filter(uid=replaced["uid"]).update(
        file=Evidence.objects.get(uid=kept["uid"]).file.name
    )
    replaced["sha256"] = "0" * 64
    gone = {**kept, "uid": "00000000-0000-0000-0000-000000000001", "title": "Effacée"}
    address = {**gone, "uid": "00000000-0000-0000-0000-000000000002", "url": "https://a.example/p"}
    answer = {"value": "yes", "words": "Oui", "justification": "<script>1</script>"}
    application.snapshot = {
        "offers": [],
        "criteria": {"SE-01": {**answer, "trust": "justified", "evidence": [kept, replaced]}},
    }
    application.save()
    before = {"criteria": {"SE-01": {**answer, "evidence": [kept, gone, address]}}}
    events.record(
        application=application, name="submit", by=None, role=Role.CLOCK,
        comment="Déposé « tel quel »", data={"snapshot": before},
    )  # fmt: skip
    words = letters.Words("refused", "Refus", "Au vu du dossier.")
    letters.send(application=application, words=words, by=reviewer)
    CriterionReview.objects.create(
        application=application, round=1, criterion="SE-01", verdict="non-conforme",
        comment="Le test manque.", changed_by=reviewer,
    )  # fmt: skip
    ApplicationMessage.objects.create(
        application=application, from_staff=True, text="Bonjour à vous"
    )
    Note.objects.create(application=application, author=reviewer, text="Note interne")
    make_appeal(application)
    return application


def opened(file, by) -> zipfile.ZipFile:
    with court_file.export(application=file, by=by) as archive:
        return zipfile.ZipFile(io.BytesIO(archive.read()))


def test_the_archive_holds_everything_and_each_file_is_what_it_says(file, decider):
    archive = opened(file, decider)
    root = f"dossier-{file.number}/"
    names = archive.namelist()
    assert all(name.startswith(root) for name in names)
    listed = archive.read(f"{root}empreintes.sha256").decode().splitlines()
    assert len(listed) == len(names) - 1
    for line in listed:
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(root + name)).hexdigest() == digest

    told = json.loads(archive.read(f"{root}dossier.json"))
    letter = told["letters"][0]
    content = archive.read(root + letter["archive"])
    assert content.startswith(b"%PDF")
    assert hashlib.sha256(content).hexdigest() == letter["sha256"]
    assert [row["text"] for row in told["messages"]] == ["Bonjour à vous"]
    assert [row["text"] for row in told["notes"]] == ["Note interne"]
    assert told["appeals"][0]["against"] == "refused"
    assert told["reviews"][0]["comment"] == "Le test manque."
    assert told["chain"]["digest"] == events.head()[1]
    assert "Camille Exemple" in told["people"][str(told["notes"][0]["author_id"])]
    assert "@" not in json.dumps(told["people"])


def test_pieces_of_every_round_are_there_or_it_says_why_not(file, decider):
    archive = opened(file, decider)
    root = f"dossier-{file.number}/"
    told = {
        row["title"]: row for row in json.loads(archive.read(f"{root}dossier.json"))["evidence"]
    }

    kept = told["Rapport"]
    assert kept["archive"].startswith("preuves/SE-01-")
    assert kept["archive"].endswith(".pdf")
    assert archive.read(root + kept["archive"]) == PIECE
    assert (kept["note"], kept["criteria"]) == ("", ["SE-01"])
    assert "remplacé" in told["Autre"]["note"]
    gone = [row for row in told.values() if not row["archive"] and not row["url"]]
    assert all("plus conservé" in row["note"] for row in gone)


def test_people_read_it_and_what_was_typed_stays_text(file, decider):
    archive = opened(file, decider)
    page = BeautifulSoup(archive.read(f"dossier-{file.number}/index.html"), "html.parser")
    assert not page.select("script")
    text = page.get_text()
    for words in ("Refus", "Note interne", "Le test manque.", "Déposé « tel quel »", "Oui"):
        assert words in text
    files = set(archive.namelist())
    assert page.select("a")
    assert all(f"dossier-{file.number}/{link['href']}" in files for link in page.select("a"))


def test_the_program_in_it_finds_what_was_changed_afterwards(file, decider, tmp_path):
    opened(file, decider).extractall(tmp_path)
    folder = tmp_path / f"dossier-{file.number}"

    def check():
        command = [sys.executable, "-I", str(folder / "verifier.py")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first = check()
    assert (first.returncode, "intacts" in first.stdout) == (0, True), first.stdout
    data = (folder / "dossier.json").read_text(encoding="utf-8")
    (folder / "dossier.json").write_text(data.replace("tel quel", "autrement"), encoding="utf-8")
    told = check().stdout
    assert "dossier.json" in told
    assert "fait modifié : 1" in told


def test_who_took_it_is_in_the_chain_and_in_the_archive_itself(file, decider):
    archive = opened(file, decider)
    event = LabelEvent.objects.get(name="export")
    assert event.actor_id == decider.pk
    told = json.loads(archive.read(f"dossier-{file.number}/dossier.json"))
    assert told["events"][-1]["digest"] == event.digest


def test_an_award_comes_with_its_reservations(decider):
    award = make_award(AwardState.RESERVED)
    archive = opened(award.application, decider)
    told = json.loads(archive.read(f"dossier-{award.application.number}/dossier.json"))
    assert told["award"]["number"] == award.number
    assert told["reservations"][0]["text"] == "Publier le rapport de test."


def test_only_who_decides_without_a_conflict_takes_it_out(file, decider):
    conflicted = make_decider()
    conflicted.conflicts.create(vendor=file.vendor)
    for somebody in (make_reviewer(), make_expert(), conflicted):
        with pytest.raises(PermissionDenied):
            court_file.export(application=file, by=somebody)
    assert not LabelEvent.objects.filter(name="export").exists()
