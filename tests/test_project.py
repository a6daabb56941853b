"""The project keeps its own promises: what the code reads, offers and ships is written down."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from config.environment import ROOT
from config.signing_key import new_key

COMMANDS = sorted(path.stem for path in ROOT.glob("*/management/commands/[!_]*.py"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE).group(1).split()

SECRETS = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJ",
    "SIGNING_KEY": new_key(),
}
READS = re.compile(r'\b(?:env\.\w+|path|secret)\(\s*"([A-Z][A-Z0-9_]+)"')
DOWNLOADS = re.compile(
    r"""https?://[^"'\s]+(?:/simple/?["'\s]|\.whl\b|\.tgz\b|\.tar\.gz\b|/maven2?/|\.deb\b)
    | "resolved":\s*"http
    | ^(?:--)?(?:extra-)?index-url
    | //[\w.-]*\b(?:pypi|pythonhosted|npmjs|yarnpkg|golang|crates|maven|deb\.debian)\.(?:org|com|io)\b
    """,
    re.VERBOSE | re.MULTILINE,
)


def tracked_files() -> list[Path]:
    """The files of the checkout that are, or would be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Content of a text file, nothing of a binary one."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_every_variable_that_is_read_stands_in_the_example_environment():
    read = {
        name
        for folder in ("config", "tests/opensearch")
        for source in (ROOT / folder).rglob("*.py")
        for name in READS.findall(source.read_text(encoding="utf-8"))
    }
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert "SECRET_KEY" in read
    assert read == set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_says_what_it_does(target):
    assert re.search(rf"^{target}:.*## \S", MAKEFILE, re.MULTILINE)


def test_there_are_few_make_targets():
    assert len(TARGETS) <= 14


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    documentation = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"manage.py {command}" in documentation


def test_production_settings_pass_the_deployment_checks():
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DJANGO_DEBUG": "0",
        **SECRETS,
        "ALLOWED_HOSTS": "catalogue.example",
        "SITE_URL": "https://catalogue.example",
        "VAR_ROOT": str(Path(settings.MEDIA_ROOT).parent / "production"),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("missing", SECRETS)
def test_a_missing_secret_stops_the_start_and_says_what_to_do(missing):
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DJANGO_DEBUG": "0",
        **SECRETS,
        missing: "",
        "VAR_ROOT": str(Path(settings.MEDIA_ROOT).parent / "production"),
    }
    command = [sys.executable, "manage.py", "check"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode != 0
    assert f"{missing} is not set" in result.stderr


def test_no_file_names_a_download_address_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_files()
        if path != Path(__file__)
        for match in DOWNLOADS.finditer(text_of(path))
    ]
    assert found == []


def test_no_file_names_a_path_of_this_machine():
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if f"{ROOT}/" in text_of(path) or f"{Path.home()}/" in text_of(path)
    ]
    assert found == []


def test_french_plurals_are_shipped():
    catalogue = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    assert "plural=(n > 1)" in catalogue.read_text(encoding="utf-8")
    assert catalogue.with_suffix(".mo").is_file()


def test_the_project_describes_itself_as_public_code():
    description = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert float(description["publiccodeYmlVersion"]) >= 0.4
    assert description["legal"]["license"] == "MIT"
    for texts in description["description"].values():
        assert len(texts["shortDescription"]) <= 150
        assert 150 <= len(texts["longDescription"]) <= 10_000
        assert texts["features"]
