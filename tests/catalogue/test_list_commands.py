"""The commands that import official lists."""

import io

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import ListImport, OfficialEntry
from tests.catalogue.lists import CLOUD, days, services

pytestmark = pytest.mark.django_db


def run(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text(services(CLOUD), encoding="utf-8")
    return path


def test_a_file_is_imported_once_and_told_again_as_known(file):
    arguments = ("import_secnumcloud", file, "--dated-on", days(-1))
    assert "À blanc" in run(*arguments, "--dry-run")
    assert not ListImport.objects.exists()
    told = run(*arguments, "--source-url", "https://liste.example/")
    assert "+ NUAGE – Nuage fictif" in told
    assert "1 ajoutées" in told.splitlines()[-1]
    assert "rien ne change" in run(*arguments)
    assert ListImport.objects.get().source_url == "https://liste.example/"


def test_a_list_is_read_from_a_pipe(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(services(CLOUD).encode())))
    run("import_secnumcloud", "-", "--dated-on", days(-1))
    assert OfficialEntry.objects.get().code == "NUAGE"


@pytest.mark.parametrize("command", ["import_adequate_countries", "import_licences"])
def test_without_a_file_what_the_repository_ships_is_imported(command):
    run(command)
    assert OfficialEntry.objects.exists()
    assert "rien ne change" in run(command)


def test_errors_say_what_to_do(file, tmp_path):
    with pytest.raises(CommandError, match="--dated-on"):
        run("import_secnumcloud", file)
    with pytest.raises(CommandError, match="illisible"):
        run("import_secnumcloud", tmp_path / "rien.csv", "--dated-on", days(-1))
    file.write_text(services("A;;;;F;saas", "B;;;;F;saas"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"(?s)Ligne 2, colonne label.*Ligne 3, colonne label"):
        run("import_secnumcloud", file, "--dated-on", days(-1))
