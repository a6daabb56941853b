"""What a public repository says of itself in its `publiccode.yml`, as proposals for a sheet.

Format: publiccode.yml, the standard that public bodies describe their software with. The file is
fetched from the forge's raw address, never through an API that would ask for an account.
"""

import datetime as dt
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

import yaml
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from catalogue.choices import Language
from catalogue.fetching import FetchError, fetch, final_url
from catalogue.licences import normalise_licence
from catalogue.models import Category
from catalogue.proposals import Proposal

FILE_NAMES = ("publiccode.yml", "publiccode.yaml")
MAX_BYTES = 128 * 1024
MAX_DEPTH = 20
BUDGET = 10.0
"""Seconds for all the addresses tried."""
# Forges give YAML as text; some as a file to keep.
ACCEPTED_TYPES = (
    "text/plain",
    "text/yaml",
    "text/x-yaml",
    "application/yaml",
    "application/x-yaml",
    "application/octet-stream",
)
# {repo} is the repository's address; HEAD is the main branch, whatever its name.
_RAW = {
    "github": ("https://raw.githubusercontent.com/{path}/HEAD/{name}",),
    "gitlab": ("{repo}/-/raw/HEAD/{name}",),
    "bitbucket": ("{repo}/raw/HEAD/{name}",),
    "sourcehut": ("{repo}/blob/HEAD/{name}",),
    "gitea": ("{repo}/raw/branch/main/{name}", "{repo}/raw/branch/master/{name}"),
}
_FORGES = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "bitbucket.org": "bitbucket",
    "git.sr.ht": "sourcehut",
}
# On these, what follows owner and name is a page of the repository; a GitLab nests its groups.
_TWO_PARTS = frozenset({"github", "gitea", "bitbucket", "sourcehut"})
_SIGN_IN = re.compile(r"/(sign_?in|log_?in|auth|sso|oauth2?)\b", re.IGNORECASE)


def proposals_from(repository: str, current: Mapping[str, Any]) -> list[Proposal]:
    """Return what the `publiccode.yml` of a repository proposes for the fields of a sheet.

    :param repository: address of the repository, or of one of its pages, as typed.
    :param current: the sheet's values by field; `categories` as slugs. Missing ones are empty.
    :raises FetchError: no such file, or not one; the message says in French what to do.
    """
    source, content = find(repository)
    return [
        Proposal(field, value, current.get(field), source, note)
        for field, (value, note) in read(content).items()
    ]


def find(repository: str) -> tuple[str, Mapping[str, Any]]:
    """Return where the `publiccode.yml` of a repository is, and its content.

    :raises FetchError: as `proposals_from`.
    """
    deadline = time.monotonic() + BUDGET
    for address in candidates(repository):
        left = deadline - time.monotonic()
        if left <= 0:
            raise FetchError(_("Le dépôt met trop de temps à répondre. Réessayez plus tard."))
        try:
            found = fetch(address, max_bytes=MAX_BYTES, timeout=left, accept=ACCEPTED_TYPES)
        except FetchError as error:
            if not error.answered:
                raise
            continue
        return found.url, parse(found.body)
    raise FetchError(
        _(
            "Aucun fichier publiccode.yml public à la racine de ce dépôt. Vérifiez l'adresse, ou "
            "remplissez la fiche vous-même."
        )
    )


def repository_answers(url: str, *, timeout: float = 10.0) -> bool:
    """Tell whether anyone may read a repository: its page answers, at its place, without sign-in."""
    try:
        final = urlsplit(final_url(_web_address(url), timeout=timeout))
    except FetchError:
        return False
    asked = urlsplit(_web_address(url))
    # Sent to another site is sent to an identity provider, or to what replaced the project.
    same_site = _bare(final) == _bare(asked)
    return same_site and not (_SIGN_IN.search(final.path) and final.path != asked.path)


def candidates(repository: str) -> list[str]:
    """Return the raw addresses where the `publiccode.yml` of a repository may be, likeliest first.

    An unknown forge is tried as a GitLab, then as a Gitea or Forgejo.
    """
    parts = urlsplit(_web_address(repository))
    forge = _FORGES.get(_bare(parts), "")
    if not forge and _bare(parts).startswith("gitlab."):
        forge = "gitlab"
    path = parts.path.partition("/-/")[0].strip("/")
    if forge in _TWO_PARTS:
        path = "/".join(path.split("/")[:2])
    path = path.removesuffix(".git")
    repo = f"{parts.scheme}://{parts.netloc}/{path}"
    patterns = _RAW[forge] if forge else (*_RAW["gitlab"], *_RAW["gitea"])
    return [
        pattern.format(repo=repo, path=path, name=name)
        for pattern in patterns
        for name in FILE_NAMES
    ]


def parse(content: bytes) -> Mapping[str, Any]:
    """Parse a `publiccode.yml`: plain mappings, lists and texts, every scalar as it is written.

    Texts only, so that version 1.10 stays so; neither aliases, which a few lines make into
    gigabytes, nor deep nesting.

    :raises FetchError: it is not such a file.
    """
    unreadable = FetchError(
        _("Le publiccode.yml de ce dépôt est mal formé. Corrigez-le, ou remplissez la fiche.")
    )
    depth = 0
    try:
        text = content.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
                raise unreadable
        # Builds texts, lists and mappings only: safer than safe_load, whose scalars are typed.
        data = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:
        raise unreadable from error
    if not isinstance(data, dict) or "publiccodeYmlVersion" not in data:
        raise unreadable
    return data


def read(content: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """Return the fields of a sheet that a parsed file fills: value, and French note on the reading.

    What is missing, or is not what the standard says, is left out.
    """
    words = _description(content)
    licence, licence_note = normalise_licence(_text(_mapping(content, "legal"), "license"))
    wanted = _lines(_mapping(content, "localisation"), "availableLanguages")
    languages = {language.partition("-")[0].lower() for language in wanted}
    fields: dict[str, Any] = {
        "title": _text(words, "localisedName", 120) or _text(content, "name", 120),
        "summary": _text(words, "shortDescription", 150),
        "description": _long_text(words, "longDescription", 10_000),
        "features": [Truncator(line).chars(120) for line in _lines(words, "features")][:15],
        "licence": licence or "",
        "repository_url": _address(content, "url"),
        "website": _address(content, "landingURL"),
        "documentation_url": _address(words, "documentation"),
        "version": _text(content, "softwareVersion", 40),
        "version_date": _date(_text(content, "releaseDate")),
        "languages": [code for code in Language.values if code in languages],
        "categories": _categories(_lines(content, "categories")),
    }
    notes = {"licence": licence_note}
    return {field: (value, notes.get(field, "")) for field, value in fields.items() if value}


def _web_address(text: str) -> str:
    """The web address of a repository, also from what one copies to clone it over SSH."""
    text = text.strip().split("#")[0].split("?")[0].rstrip("/")
    copied = re.fullmatch(r"(?:ssh://)?git@([\w.-]+)[:/](.+)", text)
    return f"https://{copied[1]}/{copied[2]}" if copied else text


def _bare(parts: SplitResult) -> str:
    return (parts.netloc or "").lower().removeprefix("www.")


def _description(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description in French, else in English, else in whichever language comes first."""
    languages = _mapping(content, "description")
    usable = [code for code in languages if isinstance(languages[code], dict)]
    usable.sort(key=lambda code: (not code.startswith("fr"), not code.startswith("en")))
    return _mapping(languages, usable[0]) if usable else {}


def _categories(names: list[str]) -> list[str]:
    """Slugs of our sub-categories for those of the standard, as editors map them."""
    wanted = {name.lower() for name in names}
    return [
        category.slug
        for category in Category.objects.leaves()
        if wanted.intersection(category.publiccode)
    ]


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _lines(data: Mapping[str, Any], key: str) -> list[str]:
    value = data.get(key)
    rows = value if isinstance(value, list) else []
    return [
        line for row in rows if isinstance(row, str) and (line := " ".join(_shown(row).split()))
    ]


def _text(data: Mapping[str, Any], key: str, length: int = 1000) -> str:
    return str(Truncator(" ".join(_long_text(data, key, 20_000).split())).chars(length))


def _long_text(data: Mapping[str, Any], key: str, length: int) -> str:
    value = data.get(key)
    text = _shown(value).strip() if isinstance(value, str) else ""
    return str(Truncator(text).chars(length))


def _shown(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def _address(data: Mapping[str, Any], key: str) -> str:
    address = _text(data, key)
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and len(address) <= 200:
            return address
    return ""


def _date(text: str) -> dt.date | None:
    with suppress(ValueError):
        return dt.date.fromisoformat(text)
    return None
