"""Letters and certificates: what people and assistive technologies read in the files."""

import dataclasses
import datetime as dt
import io

import pytest
from pypdf import PdfReader

from labelling import papers
from labelling.papers import Certificate, Letter, Reason, Reservation, Signatory

MARKUP = '#import "a.typ" #{1 + 1} *gras* $x^2$ \\ ] [ // <l> @ref `code` ~ -- ... \'q\' "q" = _a_'


@pytest.fixture
def letter():
    return Letter(
        subject="Attribution du label « Essai »",
        number="2026-0042",
        place="Paris",
        dated_on=dt.date(2026, 11, 1),
        company="Éditions Ombelle",
        siren="123456782",
        body="Madame, Monsieur,\n\nVotre demande a été examinée.",
        address="https://catalogue.example/label/lettres/3f7a/",
        reasons=(Reason("SE-01", "Une politique existe.", "non conforme", "Rien ne le montre."),),
        reservations=(Reservation("Publier la déclaration.", dt.date(2027, 2, 1)),),
        signatory=Signatory("Camille", "Œuvré", "Cheffe de mission", "Décision du 3 janvier 2026"),
        remedies="Recours gracieux.\n\nTribunal administratif.",
    )


@pytest.fixture
def certificate():
    return Certificate(
        label="Label d'essai",
        level="Confirmé",
        number="LAB-2026-0001",
        solution="Parapheur",
        company="Éditions Ombelle",
        offers=("En ligne", "Sur site"),
        sheet_dated_on=dt.date(2026, 10, 3),
        granted_on=dt.date(2026, 11, 1),
        valid_to=dt.date(2028, 10, 31),
        address="https://catalogue.example/label/LAB-2026-0001/",
        dated_on=dt.date(2026, 11, 2),
    )


def opened(pdf):
    return PdfReader(io.BytesIO(pdf), strict=True)


def words(pdf):
    """The text of a file on one line: where lines end is the page's business."""
    return " ".join("\n".join(page.extract_text() for page in opened(pdf).pages).split())


def letters(pdf):
    """The text of a file without any space."""
    return words(pdf).replace(" ", "")


def test_a_letter_says_who_writes_to_whom_why_and_how_to_contest(letter):
    text = words(papers.letter(letter))
    for expected in (
        "Mission LABEL Direction interministérielle du numérique",
        "Paris, le 1er novembre 2026",
        "Éditions Ombelle SIREN 123456782",
        "Objet : Attribution du label « Essai »",
        "Dossier n° 2026-0042",
        "Madame, Monsieur, Votre demande a été examinée.",
        "SE-01 Une politique existe. non conforme Rien ne le montre.",
        "Au plus tard le 1er février 2027 : Publier la déclaration.",
        "Cheffe de mission Décision du 3 janvier 2026 Camille Œuvré",
        "Voies et délais de recours Recours gracieux. Tribunal administratif.",
        "Document produit par le Catalogue GouvTech",
        letter.address,
        "Page 1 / 1",
    ):
        assert expected in text


def test_a_letter_that_nobody_signs_has_neither_signature_nor_empty_sections(letter):
    bare = dataclasses.replace(
        letter, signatory=None, reasons=(), reservations=(), remedies="", siren=""
    )
    text = words(papers.letter(bare))
    assert "Votre demande a été examinée." in text
    for absent in ("Œuvré", "Motifs", "Réserves", "Voies et délais", "SIREN"):
        assert absent not in text


def test_a_certificate_says_what_it_covers_and_where_to_check_it(certificate):
    text = words(papers.certificate(certificate))
    for expected in (
        "Label d'essai Niveau : Confirmé",
        "La solution Parapheur, présentée par Éditions Ombelle, a reçu ce label",
        "LAB-2026-0001",
        "Attribué le 1er novembre 2026",
        "Valable jusqu'au 31 octobre 2028",
        "Version de la fiche 3 octobre 2026",
        "Offres couvertes En ligne Sur site",
        "ne vaut que pour les offres nommées",
        certificate.address,
    ):
        assert expected in text.replace("’", "'")
    assert "Réserves" not in text
    reserved = dataclasses.replace(certificate, reservations="À lever avant mars.")
    assert "Réserves À lever avant mars." in words(papers.certificate(reserved))


@pytest.mark.parametrize("kind", ["letter", "certificate"])
def test_assistive_technologies_are_told_language_title_and_structure(kind, request):
    data = request.getfixturevalue(kind)
    document = opened(getattr(papers, kind)(data))
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert str(root["/Lang"]).lower() == "fr-fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert document.metadata.title == (data.subject if kind == "letter" else data.label)
    assert document.metadata.author == "Mission LABEL"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    elements = list(structure(root["/StructTreeRoot"]))
    assert {"/H1", "/TH", "/Link"} <= {element.get("/S") for element in elements}
    if kind == "certificate":
        alternatives = {element.get("/Alt") for element in elements}
        assert f"Code QR de l'adresse {data.address}" in alternatives


def structure(node):
    """The elements of a structure tree."""
    yield node
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, dict):
            yield from structure(found)


def test_the_same_data_make_the_same_file(letter, certificate):
    assert papers.letter(letter) == papers.letter(letter)
    assert papers.certificate(certificate) == papers.certificate(certificate)
    later = dataclasses.replace(letter, dated_on=dt.date(2026, 11, 2))
    assert papers.letter(later) != papers.letter(letter)


def test_what_people_type_is_text_and_never_a_command(letter, certificate):
    typed = dataclasses.replace(
        letter,
        subject=MARKUP,
        company=MARKUP,
        body=MARKUP,
        remedies=MARKUP,
        reasons=(Reason(MARKUP, MARKUP, MARKUP, MARKUP),),
        reservations=(Reservation(MARKUP, letter.dated_on),),
        signatory=Signatory(MARKUP, MARKUP, MARKUP, MARKUP),
    )
    bare = MARKUP.replace(" ", "")
    assert letters(papers.letter(typed)).count(bare) == 13
    assert opened(papers.letter(typed)).metadata.title == MARKUP
    shown = dataclasses.replace(certificate, solution=MARKUP, offers=(MARKUP, "b"), level=MARKUP)
    assert letters(papers.certificate(shown)).count(bare) == 3


def test_paragraphs_lines_and_accents_are_kept(letter):
    body = "Un\u00a0: l'été, cœur, n° 3, 12 €.\r\nDeux « ligne ».\r\n \r\nTrois e\u0301te\u0301."
    text = words(papers.letter(dataclasses.replace(letter, body=body)))
    assert "Un : l'été, cœur, n° 3, 12 €. Deux « ligne ». Trois été." in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\x00b\x07c\ufeffd\u200de\u202ef\u00adg", "abcdefg"),
        ("a😀b", "a□b"),
        ("a你b", "a□b"),
        ("a\ufffeb\ue000c", "a□b□c"),
    ],
)
def test_characters_without_a_shape_never_prevent_a_letter(letter, typed, shown):
    text = words(papers.letter(dataclasses.replace(letter, subject=typed, body=typed)))
    assert text.count(shown) == 2


def test_every_character_that_is_let_through_has_a_shape(letter):
    all_of_them = " ".join(
        one for one in map(chr, range(0x20, 0x3000)) if papers._SHOWN.fullmatch(one)
    )
    assert len(all_of_them) > 4000
    text = papers.letter(dataclasses.replace(letter, subject=all_of_them, body=all_of_them))
    assert "é" in words(text)


def test_words_that_never_end_stay_on_the_page(letter):
    long = dataclasses.replace(
        letter,
        subject="z" * 150,
        company="y" * 200,
        body="x" * 3000,
        reasons=(Reason("SE-01", "w" * 300, "non conforme", "v" * 600),),
    )
    pdf = papers.letter(long)
    text = letters(pdf)
    for letter_, count in {"z": 150, "y": 200, "x": 3000, "w": 300, "v": 600}.items():
        assert letter_ * min(count, 1000) in text
    width = float(opened(pdf).pages[0].mediabox.width)
    assert max(right_ends(pdf)) < width - 60


def right_ends(pdf):
    """About where each piece of text ends, in points from the left, by half its size a letter."""
    ends = []

    def visit(text, user, at, font, size):
        if text.strip():
            ends.append(at[4] * user[0] + user[4] + 0.4 * size * len(text.strip()))

    for page in opened(pdf).pages:
        page.extract_text(visitor_text=visit)
    return ends


def test_sixty_reasons_run_over_pages_under_the_same_head(letter):
    reasons = tuple(
        Reason(f"SE-{place:02}", f"Question {place} ?", "conforme", "Un motif. " * 30)
        for place in range(60)
    )
    pdf = papers.letter(dataclasses.replace(letter, reasons=reasons))
    pages = [" ".join(page.extract_text().split()) for page in opened(pdf).pages]
    assert len(pages) > 5
    assert all("Critère Avis Motif" in page for page in pages[:-1])
    assert all(f"Question {place} ?" in " ".join(pages) for place in range(60))
    assert f"Page {len(pages)} / {len(pages)}" in pages[-1]
