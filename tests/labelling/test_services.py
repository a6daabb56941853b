"""Publishing referentials: once, whole, for good."""

import io

import pytest
from django.core.management import CommandError, call_command

from labelling.definition import InvalidDefinition, read_definition
from labelling.management.commands.load_referentials import SHIPPED
from labelling.models import PublishedVersion, Referential, ReferentialVersion
from labelling.services import Loaded, load_referential
from tests.labelling.referentials import HEAD, criterion, referential

pytestmark = pytest.mark.django_db


def load(*criteria, head=HEAD):
    return load_referential(source=referential(*criteria, head=head), file="essai-1.toml")


def test_a_version_is_stored_as_its_file_says():
    version, loaded = load(criterion("SE-01", when={"fact": "ia", "is": ["oui"]}))
    assert loaded is Loaded.CREATED
    stored = ReferentialVersion.objects.get(pk=version.pk)
    assert stored.definition == read_definition(stored.source, "essai-1.toml")


def test_the_same_file_twice_changes_nothing():
    first, _ = load(criterion())
    again, loaded = load(criterion())
    assert (again.pk, loaded) == (first.pk, Loaded.UNCHANGED)


def test_a_published_version_never_changes():
    version, _ = load(criterion())
    with pytest.raises(PublishedVersion):
        load(criterion(weight=3))
    version.valid_to = version.valid_from
    with pytest.raises(PublishedVersion):
        version.save()


def test_a_wrong_file_leaves_nothing_behind():
    with pytest.raises(InvalidDefinition):
        load(criterion(weight=9))
    assert not Referential.objects.exists()


def test_the_command_publishes_the_shipped_files_once():
    out = io.StringIO()
    call_command("load_referentials", stdout=out)
    count = len(list(SHIPPED.glob("*.toml")))
    assert out.getvalue().splitlines()[-2] == f"{count} versions publiées, 0 inchangées."
    call_command("load_referentials", stdout=out)
    assert out.getvalue().splitlines()[-2] == f"0 versions publiées, {count} inchangées."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (referential(criterion(weight=9)), "essai.toml, ligne 16, critère SE-01 weight"),
        (b"\xff".decode("latin-1"), "essai.toml, ligne 1, syntaxe TOML"),
    ],
)
def test_the_command_says_what_is_wrong_and_where(tmp_path, text, said):
    (tmp_path / "essai.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        call_command("load_referentials", tmp_path)


def test_the_command_says_that_a_published_version_stays(tmp_path):
    load(criterion())
    (tmp_path / "essai.toml").write_text(referential(criterion(weight=2)), encoding="utf-8")
    with pytest.raises(CommandError, match="donnez à ce fichier un autre numéro"):
        call_command("load_referentials", tmp_path)


def test_the_command_leaves_a_draft_of_the_admin_alone(tmp_path):
    version, _ = load(criterion())
    ReferentialVersion.objects.filter(pk=version.pk).update(published_at=None)
    (tmp_path / "essai.toml").write_text(version.source, encoding="utf-8")
    with pytest.raises(CommandError, match="en brouillon dans l'administration"):
        call_command("load_referentials", tmp_path)


def test_the_command_refuses_what_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("load_referentials", tmp_path / "absent.toml")
