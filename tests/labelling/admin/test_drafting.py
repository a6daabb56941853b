"""Writing a draft in the admin: what is typed is kept, what is wrong is said beside its field."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from home.services import EDITORS
from labelling import publishing
from labelling.models import ReferentialVersion
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.labelling.factories import make_version
from tests.labelling.referentials import criterion

pytestmark = pytest.mark.django_db

CHOICES = "aucun | Aucun audit | 0\n\npassi | Par un tiers | qualifié | 1,0"


@pytest.fixture
def editor(site):
    return staff(EDITORS)


@pytest.fixture
def desk(client, editor):
    return sign_in_staff(client, editor)


@pytest.fixture
def draft(site, editor):
    first = make_version(
        "# Un commentaire.\n" + criterion("SE-01"),
        criterion("SE-02", when={"criterion": "SE-01", "is": ["oui"]}),
        criterion("DO-01", "donnees", suggestion={"sheet": "rgaa", "values": {"total": "oui"}}),
    )
    return publishing.start_draft(from_version=first, by=editor, version="2")


def stored(draft):
    return ReferentialVersion.objects.get(pk=draft.pk)


def at(screen, draft, *rest):
    return reverse(f"referential_{screen}", args=[draft.pk, *rest])


def typed(client, address, **changed):
    """What the form of a page holds, but for what is typed over it."""
    page = BeautifulSoup(client.get(address).content, "html.parser")
    form = page.find("input", {"name": "seen"}).find_parent("form")
    data = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type")
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = chosen["value"]
        elif field.name == "textarea":
            data[name] = field.text.removeprefix("\n")
        elif name and (kind != "checkbox" or field.has_attr("checked")):
            data[name] = field.get("value", "on" if kind == "checkbox" else "")
    data.update(changed)
    return {name: value for name, value in data.items() if value is not None}


def post(client, address, **changed):
    return client.post(address, typed(client, address, **changed))


def errors(answer):
    return answer.context["form"].errors


def test_a_version_is_prepared_from_a_published_one(desk, draft):
    first = ReferentialVersion.objects.get(version="1")
    answer = desk.post(at("start", first), {"version": "2"})
    assert "existe déjà" in str(errors(answer)["version"])
    answer = desk.post(at("start", first), {"version": "2.1"})
    made = ReferentialVersion.objects.get(version="2.1")
    assert answer.url == at("criteria", made)
    page = desk.get(answer.url).content.decode()
    assert all(id in page for id in ("SE-01", "SE-02", "DO-01"))


def test_sending_a_form_as_it_is_changes_nothing(desk, draft):
    before = draft.sha256
    for address in (
        at("text", draft),
        at("head", draft),
        at("theme", draft, "securite"),
        *(at("criterion", draft, id) for id in ("SE-01", "SE-02", "DO-01")),
    ):
        assert post(desk, address).status_code == 302
    assert stored(draft).sha256 == before


def test_a_criterion_is_edited_and_the_rest_of_the_file_stays(desk, draft):
    answer = post(
        desk,
        at("criterion", draft, "DO-01"),
        text="Rendez-vous les données à la fin du contrat ?",
        kind="choice",
        choices="oui | Un export complet | 1\nnon | Rien | 0",
        blocking="on",
        na_allowed=None,
        evidence="required",
        evidence_expected="Une clause",
        when='{ any = [{ fact = "ia", is = ["oui"] },\r\n { criterion = "SE-01", is = ["non"] }] }',
        source_url="https://www.exemple.fr/texte",
    )
    assert answer.status_code == 302
    one = stored(draft).definition.by_id["DO-01"]
    assert [choice.points for choice in one.choices] == [1, 0]
    assert one.blocking
    assert not one.na_allowed
    assert len(one.when.parts) == 2
    assert one.suggestion is not None
    assert "# Un commentaire." in stored(draft).source


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(desk, draft):
    answer = post(
        desk,
        at("criterion", draft, "SE-01"),
        text="Ma nouvelle question ?",
        kind="number",
        evidence="optional",
        confidence="memory",
        source_url="http://exemple.fr/",
        when="{ fact = ",
        choices="passi",
    )
    found = errors(answer)
    assert set(found) == {
        "minimum", "maximum", "zero_at", "full_at", "evidence_expected", "editor_note",
        "source_url", "when", "choices",
    }  # fmt: skip
    assert "Ligne 1" in str(found["choices"])
    assert "Ma nouvelle question ?" in answer.content.decode()
    # What only the whole file tells.
    answer = post(desk, at("criterion", draft, "SE-01"), when='{ fact = "lune", is = ["oui"] }')
    assert "pas de fait « lune »" in str(errors(answer)["when"])
    answer = post(desk, at("criterion", draft, "SE-01"), kind="choice", choices=CHOICES)
    assert "critère SE-02" in str(errors(answer)["__all__"])
    assert "n&#x27;a pas de réponse oui" in str(errors(answer)["__all__"])
    assert stored(draft).sha256 == draft.sha256


def test_a_criterion_is_added_then_moved_then_removed(desk, draft):
    add = at("criterion_add", draft)
    values = {
        "id": "SE-03", "text": "Faites-vous auditer la solution ?",
        "guidance": "Choisissez qui l'a faite.", "kind": "choice", "choices": CHOICES,
        "confidence": "sure",
    }  # fmt: skip
    data = typed(desk, f"{add}?theme=securite", **values)
    assert data["theme"] == "securite"
    assert "sert déjà" in str(errors(desk.post(add, {**data, "id": "SE-01"}))["id"])
    assert desk.post(add, data).status_code == 302
    found = stored(draft).definition
    assert [one.id for one in found.criteria] == ["SE-01", "SE-02", "SE-03", "DO-01"]
    assert found.by_id["SE-03"].choices[1].label == "Par un tiers | qualifié"

    criteria = at("criteria", draft)
    sent = {"row": "criterion:SE-03", "action": "up", "seen": stored(draft).sha256}
    desk.post(criteria, sent)
    assert [one.id for one in stored(draft).definition.criteria][:3] == ["SE-01", "SE-03", "SE-02"]

    address = at("criterion", draft, "SE-03")
    desk.post(address, {"action": "remove", "seen": stored(draft).sha256})
    assert "SE-03" not in stored(draft).definition.by_id


def test_what_a_condition_needs_stays_before_it(desk, draft):
    sent = {"row": "criterion:SE-02", "action": "up", "seen": draft.sha256}
    answer = desk.post(at("criteria", draft), sent, follow=True)
    assert "qui n&#x27;est pas avant ce critère" in answer.content.decode()
    sent = {"action": "remove", "seen": draft.sha256}
    answer = desk.post(at("criterion", draft, "SE-01"), sent, follow=True)
    assert "la condition de SE-02 le nomme" in answer.content.decode()
    answer = desk.post(at("theme", draft, "securite"), sent, follow=True)
    assert "a encore des critères" in answer.content.decode()
    assert stored(draft).sha256 == draft.sha256


def test_themes_and_what_the_version_says_of_itself_are_edited(desk, draft):
    assert post(desk, at("theme", draft, "donnees"), title="Vos données").status_code == 302
    add = {"id": "libre", "title": "Logiciel libre", "summary": "Deux\r\nlignes"}
    assert post(desk, at("theme_add", draft), **add).status_code == 302
    desk.post(at("theme", draft, "libre"), {"action": "remove", "seen": stored(draft).sha256})
    wrong = post(desk, at("head", draft), valid_from="2030-01-01", valid_to="2029-01-01")
    assert "La fin vient après le début" in str(errors(wrong)["valid_to"])
    assert post(desk, at("head", draft), version="3", valid_to="2040-01-01").status_code == 302
    found = stored(draft)
    assert (found.version, f"{found.valid_to}") == ("3", "2040-01-01")
    assert [theme.title for theme in found.definition.themes] == ["Sécurité", "Vos données"]


def test_the_text_is_refused_with_line_and_criterion(desk, draft):
    wrong = draft.source.replace("weight = 1", "weight = 7", 1)
    answer = post(desk, at("text", draft), source=wrong)
    assert "essai-2.toml, ligne 17, critère SE-01 weight : 3 au plus" in str(errors(answer))
    assert "weight = 7" in answer.content.decode()
    answer = post(desk, at("text", draft), source="slug = ")
    assert "ligne 1, syntaxe TOML" in str(errors(answer))


@pytest.mark.parametrize("screen", ["text", "criterion"])
def test_who_saves_second_keeps_what_was_typed_and_reads_the_other(desk, draft, editor, screen):
    address = at(screen, draft, *(["SE-01"] if screen == "criterion" else []))
    mine = typed(desk, address)
    name = "text" if screen == "criterion" else "source"
    mine[name] = mine[name].replace("Faites-vous", "Savez-vous")
    theirs = draft.source.replace("Faites-vous", "Pouvez-vous", 1)
    publishing.save_draft(draft=draft, source=theirs, by=editor, seen_sha256=draft.sha256)
    answer = desk.post(address, mine)
    page = BeautifulSoup(answer.content, "html.parser")
    assert "enregistré entre-temps" in page.text
    assert "Savez-vous" in page.find("textarea", {"name": name}).text
    assert "Pouvez-vous" in page.find("section", {"aria-labelledby": "theirs"}).text
    assert stored(draft).source == theirs
    again = {**mine, "seen": page.find("input", {"name": "seen"})["value"]}
    assert desk.post(address, again).status_code == 302
    assert "Savez-vous" in stored(draft).source


def test_a_draft_is_published_and_then_closed_to_edits(desk, draft):
    desk.post(at("publish", draft), {"seen": "older"})
    assert stored(draft).published_at is None
    answer = desk.post(at("publish", draft), {"seen": draft.sha256})
    assert answer.url == reverse("referentiels:inspect", args=[draft.pk])
    assert stored(draft).published_at is not None
    assert desk.get(at("text", draft)).url == answer.url
    assert desk.post(at("delete", draft)).url == answer.url
    assert desk.get(draft.get_absolute_url()).status_code == 200


def test_a_draft_is_deleted(desk, draft):
    assert desk.get(at("delete", draft)).status_code == 200
    desk.post(at("delete", draft))
    assert not ReferentialVersion.objects.filter(pk=draft.pk).exists()


def test_what_is_not_in_the_draft_is_not_found(desk, draft):
    sent = {"row": "criterion:ZZ-99", "action": "up", "seen": draft.sha256}
    assert desk.post(at("criteria", draft), sent).status_code == 404
    assert desk.get(at("criterion", draft, "ZZ-99")).status_code == 404
