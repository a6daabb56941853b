"""A draft from its copy to its publication, and whom that warns."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.services import Refused
from home.services import EDITORS, MODERATORS
from labelling import publishing
from labelling.definition import InvalidDefinition
from labelling.models import ReferentialVersion
from labelling.services import DraftInTheWay, load_referential
from tests.catalogue.admin.screens import staff
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import member, reviewer
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import HEAD, criterion, referential

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(site):
    return staff(EDITORS)


@pytest.fixture
def first(site):
    return make_version(criterion("SE-01"), criterion("SE-02"))


@pytest.fixture
def draft(first, editor):
    return publishing.start_draft(from_version=first, by=editor, version="2")


def save(draft, by, old, new, seen=None):
    source = draft.source.replace(old, new, 1)
    assert source != draft.source
    publishing.save_draft(draft=draft, source=source, by=by, seen_sha256=seen or draft.sha256)


def publish(draft, by):
    publishing.publish_draft(draft=draft, by=by, seen_sha256=draft.sha256)


def test_a_draft_is_a_copy_under_another_number_that_begins_in_a_month(first, draft):
    assert draft.published_at is None
    assert (draft.version, draft.definition.version) == ("2", "2")
    assert draft.valid_from == timezone.localdate() + publishing.NOTICE
    assert draft.definition.criteria == first.definition.criteria


def test_two_versions_never_have_one_number(first, draft, editor):
    for taken in ("1", "2"):
        with pytest.raises(Refused, match="existe déjà"):
            publishing.start_draft(from_version=first, by=editor, version=taken)
    with pytest.raises(Refused, match="existe déjà"):
        save(draft, editor, 'version = "2"', 'version = "1"')
    with pytest.raises(InvalidDefinition):
        publishing.start_draft(from_version=first, by=editor, version="deux")


def test_what_is_saved_is_what_it_says(draft, editor):
    save(draft, editor, "weight = 1", "weight = 3")
    stored = ReferentialVersion.objects.get(pk=draft.pk)
    assert stored.definition.by_id["SE-01"].weight == 3
    assert stored.sha256 == draft.sha256


def test_line_ends_of_a_browser_change_nothing(draft, editor):
    before = draft.sha256
    source = draft.source.replace("\n", "\r\n")
    publishing.save_draft(draft=draft, source=source, by=editor, seen_sha256="older")
    assert ReferentialVersion.objects.get(pk=draft.pk).sha256 == before


def test_a_wrong_text_is_refused_with_its_place(draft, editor):
    with pytest.raises(InvalidDefinition, match=r"essai-2\.toml, ligne 16, critère SE-01 weight"):
        save(draft, editor, "weight = 1", "weight = 9")


def test_a_draft_stays_in_its_referential(draft, editor):
    with pytest.raises(Refused, match="slug ne change pas"):
        save(draft, editor, 'slug = "essai"', 'slug = "autre"')


def test_who_saves_over_somebody_else_is_told(draft, editor):
    seen, mine = draft.sha256, ReferentialVersion.objects.get(pk=draft.pk)
    save(draft, editor, "weight = 1", "weight = 3")
    with pytest.raises(publishing.Conflict) as refused:
        save(mine, editor, "weight = 1", "weight = 2", seen)
    assert refused.value.theirs.sha256 == draft.sha256
    with pytest.raises(publishing.Conflict):
        publishing.publish_draft(draft=mine, by=editor, seen_sha256=seen)


def test_a_published_version_is_neither_edited_nor_deleted(first, editor):
    for act in (
        lambda: save(first, editor, "weight = 1", "weight = 3"),
        lambda: publishing.delete_draft(draft=first, by=editor),
        lambda: publish(first, editor),
    ):
        with pytest.raises(Refused, match="ne change plus"):
            act()


def test_a_draft_is_deleted_once(draft, editor):
    other = ReferentialVersion.objects.get(pk=draft.pk)
    publishing.delete_draft(draft=draft, by=editor)
    with pytest.raises(Refused, match="supprimé"):
        publishing.delete_draft(draft=other, by=editor)


def test_no_version_begins_in_the_past(draft, editor):
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    save(draft, editor, f"valid_from = {draft.valid_from}", f"valid_from = {yesterday}")
    with pytest.raises(Refused, match="dans le passé"):
        publish(draft, editor)
    save(draft, editor, f"valid_from = {yesterday}", f"valid_from = {today}")
    publish(draft, editor)
    assert draft.published_at is not None


def test_a_file_does_not_take_the_number_of_a_draft(draft):
    with pytest.raises(DraftInTheWay):
        load_referential(source=draft.source, file="essai-2.toml")


def test_each_company_that_loses_gets_one_mail(
    first, draft, editor, django_capture_on_commit_callbacks
):
    losing, keeping = VendorFactory(name="Fictilog"), VendorFactory()
    boss, _other = member(losing), member(keeping)
    for title, vendor, answer in (
        ("Ardoise", losing, "non"),
        ("Buvard", losing, "non"),
        ("Crayon", keeping, "oui"),
    ):
        sheet = make_sheet(title, vendor=vendor).listing
        make_result(sheet, first, {"SE-01": answer, "SE-02": "oui"})
    save(draft, editor, "weight = 1", "weight = 3")
    with django_capture_on_commit_callbacks(execute=True):
        publish(draft, editor)
    [sent] = mail.outbox
    assert sent.to == [boss.email]
    assert "Référentiel d'essai v2" in sent.subject
    assert "« Ardoise » : Sécurité : 50 % → 25 %" in sent.body
    assert "« Buvard » : Sécurité : 50 % → 25 %" in sent.body


def test_a_file_warns_as_a_draft_does(first, django_capture_on_commit_callbacks):
    vendor = VendorFactory(name="Fictilog")
    boss = member(vendor)
    make_result(make_sheet("Ardoise", vendor=vendor).listing, first, {"SE-01": "non"})
    today = timezone.localdate()
    older = HEAD.replace('version = "1"', 'version = "0"').replace("2026-01-01", "2025-01-01")
    newer = HEAD.replace('version = "1"', 'version = "3"').replace("2026-01-01", f"{today}")
    new = criterion("SE-03")
    with django_capture_on_commit_callbacks(execute=True):
        load_referential(source=referential(new, head=older), file="essai-0.toml")
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        load_referential(source=referential(new, head=newer), file="essai-3.toml")
    [sent] = mail.outbox
    assert sent.to == [boss.email]
    assert "questions nouvelles sans réponse : SE-03" in sent.body


def test_nobody_is_warned_of_what_takes_nothing(
    first, draft, editor, django_capture_on_commit_callbacks
):
    vendor = VendorFactory()
    member(vendor)
    make_result(make_sheet(vendor=vendor).listing, first, {"SE-01": "oui", "SE-02": "oui"})
    with django_capture_on_commit_callbacks(execute=True):
        publish(draft, editor)
    assert mail.outbox == []


def test_what_is_done_is_in_the_history(draft, editor):
    save(draft, editor, "weight = 1", "weight = 3")
    publish(draft, editor)
    actions = ModelLogEntry.objects.for_instance(draft).values_list("action", flat=True)
    assert sorted(actions) == [
        f"labelling.referential.{one}" for one in ("draft", "edit", "publish")
    ]


def test_only_who_may_change_referentials_writes_them(first, draft):
    for user in (staff(MODERATORS), reviewer(), member(VendorFactory())):
        for act in (
            lambda user: publishing.start_draft(from_version=first, by=user, version="3"),
            lambda user: save(draft, user, "weight = 1", "weight = 3"),
            lambda user: publish(draft, user),
            lambda user: publishing.delete_draft(draft=draft, by=user),
        ):
            with pytest.raises(PermissionDenied):
                act(user)
