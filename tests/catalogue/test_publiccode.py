"""What a repository's publiccode.yml proposes for a sheet, and what is refused in it."""

import datetime as dt
from collections.abc import Mapping

import pytest
import yaml

from catalogue import publiccode
from catalogue.fetching import Fetched, FetchError
from catalogue.models import Category
from catalogue.publiccode import (
    candidates,
    find,
    parse,
    proposals_from,
    read,
    repository_answers,
)
from tests.catalogue.web_server import Page

FILE = """
publiccodeYmlVersion: "0.4"
name: Ardoise
url: https://forge.example/ardoise/ardoise.git
landingURL: https://ardoise.example
softwareVersion: 1.10
releaseDate: 2026-03-02
categories: [content-management, inconnue]
description:
  it:
    shortDescription: Lavagna
  en:
    shortDescription: A slate
    longDescription: In English.
  fr:
    shortDescription: >
      Une ardoise
      pour les communes
    longDescription: |
      Premier paragraphe.

      Second paragraphe.
    documentation: https://doc.example/
    features: [Écrire, "Effacer   tout"]
legal:
  license: AGPL-3.0-or-later
localisation:
  availableLanguages: [fr, en-GB, eo]
maintenance:
  contacts:
    - name: Personne Inventée
      email: personne@ardoise.example
"""

db = pytest.mark.django_db


def only(field: str, **content: object) -> tuple[object, str]:
    """Value and note of a field of a file that holds just this."""
    return read({"publiccodeYmlVersion": "0", **content}).get(field, ("", ""))


@pytest.fixture
def no_categories(monkeypatch):
    monkeypatch.setattr(publiccode, "_categories", lambda names: [])


class TestReading:
    @db
    def test_a_file_fills_the_fields_of_a_sheet(self):
        need = Category.objects.create(slug="besoin", name="Besoin")
        Category.objects.create(
            slug="sites", name="Sites", parent=need, publiccode=["content-management"]
        )
        found = {field: value for field, (value, _note) in read(parse(FILE.encode())).items()}
        categories = found.pop("categories")
        assert "sites" in categories
        assert found == {
            "title": "Ardoise",
            "summary": "Une ardoise pour les communes",
            "description": "Premier paragraphe.\n\nSecond paragraphe.",
            "features": ["Écrire", "Effacer tout"],
            "licence": "AGPL-3.0-or-later",
            "repository_url": "https://forge.example/ardoise/ardoise.git",
            "website": "https://ardoise.example",
            "documentation_url": "https://doc.example/",
            "version": "1.10",
            "version_date": dt.date(2026, 3, 2),
            "languages": ["fr", "en"],
        }

    def test_people_named_in_a_file_are_not_read(self, no_categories):
        assert "Personne" not in str(read(parse(FILE.encode())))

    def test_english_serves_when_there_is_no_french(self, no_categories):
        texts = {"it": {"shortDescription": "Lavagna"}, "en-GB": {"shortDescription": "A slate"}}
        assert only("summary", description=texts)[0] == "A slate"
        del texts["en-GB"]
        assert only("summary", description=texts)[0] == "Lavagna"

    def test_long_texts_are_cut_to_what_a_sheet_holds(self, no_categories):
        texts = {"fr": {"shortDescription": "mot " * 99, "features": ["x" * 500] * 40}}
        assert len(only("summary", description=texts)[0]) == 150
        features = only("features", description=texts)[0]
        assert (len(features), len(features[0])) == (15, 120)

    def test_a_licence_spelt_otherwise_is_read_and_told(self, no_categories):
        licence, note = only("licence", legal={"license": "GPL v3"})
        assert licence.startswith("GPL-3.0")
        assert "lu" in note
        assert only("licence", legal={"license": "maison"}) == ("", "")

    @pytest.mark.parametrize(
        "content",
        [
            {"name": ["liste"], "description": "texte", "legal": [], "categories": "une"},
            {"description": {"fr": "texte"}, "localisation": {"availableLanguages": {"a": "b"}}},
            {"releaseDate": "hier", "url": "javascript:alert(1)", "landingURL": "https://[x"},
            {"description": {"fr": {"features": [{"a": "b"}, [], "  "]}}},
        ],
    )
    def test_what_is_not_as_the_standard_says_is_left_out(self, no_categories, content):
        assert read(content) == {}


class TestParsing:
    def test_scalars_stay_as_they_are_written(self):
        found = parse(b"publiccodeYmlVersion: 0\nsoftwareVersion: 1.10\nx: 2026-99-99\ny: yes")
        assert found["softwareVersion"] == "1.10"
        assert (found["x"], found["y"]) == ("2026-99-99", "yes")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"texte",
            b"- liste",
            b"autre: chose",
            b"publiccodeYmlVersion: [",
            b"publiccodeYmlVersion: 0\n\xff\xfe",
            b"publiccodeYmlVersion: 0\nx: \x00",
            b"publiccodeYmlVersion: 0\n---\ndeux: documents",
            b"publiccodeYmlVersion: 0\n[a]: [b]\n{c: d}: e",
            b"publiccodeYmlVersion: 0\nx: " + b"[" * 5000 + b"]" * 5000,
            b"publiccodeYmlVersion: 0\nx: " + b"{a: " * 100 + b"}" * 100,
        ],
    )
    def test_what_is_not_such_a_file_is_refused(self, content):
        with pytest.raises(FetchError, match="mal formé"):
            parse(content)

    def test_aliases_that_multiply_are_refused(self):
        lines = ["publiccodeYmlVersion: 0", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
        with pytest.raises(FetchError, match="mal formé"):
            parse("\n".join(lines).encode())

    def test_no_object_is_built(self):
        content = b"publiccodeYmlVersion: 0\nx: !!python/object/apply:os.system ['true']"
        assert parse(content)["x"] == ["true"]


class TestAddresses:
    @pytest.mark.parametrize(
        ("repository", "first"),
        [
            ("https://github.com/a/b", "https://raw.githubusercontent.com/a/b/HEAD/"),
            ("https://www.github.com/a/b.git/", "https://raw.githubusercontent.com/a/b/HEAD/"),
            ("git@github.com:a/b.git", "https://raw.githubusercontent.com/a/b/HEAD/"),
            ("ssh://git@codeberg.org/a/b.git", "https://codeberg.org/a/b/raw/branch/main/"),
            (
                "https://github.com/a/b/tree/main/src?x=1#readme",
                "https://raw.githubusercontent.com/a/b/HEAD/",
            ),
            ("https://gitlab.com/g/s/b/-/tree/main", "https://gitlab.com/g/s/b/-/raw/HEAD/"),
            ("https://gitlab.exemple.fr/g/b.git", "https://gitlab.exemple.fr/g/b/-/raw/HEAD/"),
            ("https://bitbucket.org/a/b/src/main/", "https://bitbucket.org/a/b/raw/HEAD/"),
            ("https://git.sr.ht/~a/b/tree", "https://git.sr.ht/~a/b/blob/HEAD/"),
            ("https://forge.exemple.fr/g/s/b", "https://forge.exemple.fr/g/s/b/-/raw/HEAD/"),
        ],
    )
    def test_forges_give_their_files_raw(self, repository, first):
        assert candidates(repository)[:2] == [f"{first}publiccode.yml", f"{first}publiccode.yaml"]

    def test_an_unknown_forge_is_also_tried_as_a_gitea(self):
        assert "https://forge.exemple.fr/a/b/raw/branch/master/publiccode.yml" in candidates(
            "https://forge.exemple.fr/a/b"
        )


class TestFetching:
    @db
    def test_each_proposal_tells_its_address_and_what_stands_there(self, web):
        where = "/a/b/raw/branch/main/publiccode.yml"
        web.pages[where] = Page(FILE.encode())
        # A GitLab asks who you are, with success and a page: it is not the file.
        web.pages["/a/b/-/raw/HEAD/publiccode.yml"] = Page(b"<html>", type="text/html")
        found = proposals_from(f"{web.origin}/a/b.git", {"title": "Autre nom", "version": "1.10"})
        by_field = {proposal.field: proposal for proposal in found}
        assert {proposal.source for proposal in found} == {web.origin + where}
        assert by_field["title"].differs
        assert not by_field["version"].is_new
        assert by_field["summary"].is_new
        assert not by_field["summary"].differs

    def test_a_repository_without_the_file_is_told(self, web):
        with pytest.raises(FetchError, match=r"Aucun fichier publiccode\.yml"):
            find(f"{web.origin}/a/b")

    def test_a_file_too_big_is_told_and_ends_the_search(self, web):
        web.pages["/a/b/-/raw/HEAD/publiccode.yml"] = Page(b"x" * 200_000)
        with pytest.raises(FetchError, match="trop gros"):
            find(f"{web.origin}/a/b")
        assert len(web.seen) == 1

    @pytest.mark.parametrize(
        "repository", ["https://127.0.0.1/a/b", "http://exemple.fr/a", "", "a", "git@127.0.0.1:a/b"]
    )
    def test_a_repository_that_is_not_public_is_refused(self, repository):
        with pytest.raises(FetchError):
            find(repository)

    def test_all_addresses_share_the_time(self, monkeypatch):
        clock = iter([0.0, 4.0, 8.0, 12.0])
        monkeypatch.setattr(publiccode.time, "monotonic", lambda: next(clock))
        given: list[float] = []

        def absent(url: str, *, timeout: float, **kwargs: object) -> Fetched:
            given.append(timeout)
            raise FetchError("404", answered=True)

        monkeypatch.setattr(publiccode, "fetch", absent)
        with pytest.raises(FetchError, match="trop de temps"):
            find("https://forge.exemple.fr/a/b")
        assert given == [6.0, 2.0]


class TestRepositoryAnswers:
    def test_a_public_page_answers(self, web):
        web.pages["/a/b"] = Page(type="text/html")
        web.redirect("/a/old", "/a/b", 301)
        assert repository_answers(f"{web.origin}/a/b/")
        assert repository_answers(f"{web.origin}/a/old")

    def test_a_project_may_be_named_as_a_sign_in(self, web):
        web.pages["/a/login"] = Page(type="text/html")
        assert repository_answers(f"{web.origin}/a/login")

    @pytest.mark.parametrize(
        "to", ["/users/sign_in", "/user/login?next=x", "https://sso.exemple.fr/"]
    )
    def test_a_repository_behind_a_sign_in_does_not(self, web, to):
        web.redirect("/a/b", to)
        web.pages[to] = Page(type="text/html")
        assert not repository_answers(f"{web.origin}/a/b")

    def test_a_repository_that_is_gone_or_private_does_not(self, web):
        assert not repository_answers(f"{web.origin}/a/b")
        assert not repository_answers("https://10.0.0.1/a/b")
        assert not repository_answers("pas une adresse")


def test_the_examples_of_the_standard_are_read(no_categories):
    """Minimal file of the standard (CC0), reduced to what it must hold."""
    minimal: Mapping[str, object] = {
        "publiccodeYmlVersion": "0",
        "name": "Medusa",
        "url": "https://example.com/italia/medusa.git",
        "description": {"en": {"shortDescription": "Short", "features": ["Just one"]}},
        "legal": {"license": "AGPL-3.0-or-later"},
        "localisation": {"localisationReady": True, "availableLanguages": ["en"]},
    }
    found = read(parse(yaml.safe_dump(minimal).encode()))
    assert {"title", "summary", "features", "licence", "repository_url", "languages"} == set(found)
