"""Setting the site up, and taking the messages of visitors."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from catalogue.models import BasePage, CataloguePage, Listing, ModerationTask
from catalogue.services import load_vocabularies
from home import tasks
from home.models import ContactMessage, ContentPage, HomePage
from search.services import load_words

CONTENT = Path(__file__).parent / "content"
MODERATORS = "Modération"
EDITORS = "Rédaction"
REVIEWERS, EXPERTS, DECIDERS = (
    "Instruction des labels",
    "Expertise des labels",
    "Décision des labels",
)
_DESK = {
    REVIEWERS: "review_labelapplication",
    EXPERTS: "advise_labelapplication",
    DECIDERS: "decide_labelapplication",
}
"""Groups of the review desk and the one right of each: nobody else reads a file."""
REVIEW = "Relecture par la mission LABEL"
_PRIVATE = (
    "inquiry", "inquirymessage", "selfassessment", "answer", "handover", "result",
    "labelapplication", "question", "applicationmessage", "note", "criterionreview", "consultation",
    "conflictofinterest", "letter", "award", "reservation", "appeal", "deadlineshift", "labelevent",
    "delegation", "absence", "savedfilter", "label", "labellevel",
)  # fmt: skip
"""Models that no group reads or edits: what buyers and vendors write to one another, and what vendors
answer, which is theirs until they hand it in, and for good then. Files of labels are for those who
review, decide or are consulted (`labelling.permissions`)."""


@transaction.atomic
def init_site(*, grant_rights: bool = False) -> CataloguePage:
    """Make what every installation needs: root, home, catalogue, legal pages, words, groups.

    Idempotent: what exists is left as editors made it. Returns the catalogue's node.

    :param grant_rights: give both groups their starting rights again: a new version brings models
        that a group made before knows nothing of.
    """
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    home = _home_page()
    catalogue = _child(home, CataloguePage, "solutions", title="Solutions")
    for file in sorted(CONTENT.glob("*.toml")):
        _content_page(home, file)
    load_vocabularies()
    load_words()
    _groups(home, catalogue, grant_rights)
    return catalogue


def _home_page() -> HomePage:
    root = BasePage.get_first_root_node()
    home = HomePage.objects.first()
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if home is None:
        # Wagtail's own migration left a page without a type of ours below the root.
        home = HomePage(title="Catalogue GouvTech", slug="accueil", locale=Locale.get_default())
        root.add_child(instance=home)
        home.save_revision().publish()
        site.site_name, site.root_page_id = settings.WAGTAIL_SITE_NAME, home.pk
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site.hostname, site.port = address.hostname or "localhost", port
    site.save()
    BasePage.objects.filter(depth=2, slug="home").exclude(pk=home.pk).delete()
    return home


def _child(parent: Page, model: type[BasePage], slug: str, **columns: Any) -> Any:
    page = model.objects.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = model(slug=slug, locale=parent.locale, **columns)
        parent.add_child(instance=page)
        page.save_revision().publish()
    return page


def _content_page(home: HomePage, file: Path) -> None:
    row = tomllib.loads(file.read_text(encoding="utf-8"))
    _child(
        home,
        ContentPage,
        file.stem,
        title=row["title"],
        lead=row.get("lead", ""),
        version=row.get("version", ""),
        effective_on=row.get("effective_on"),
        body=[(block["type"], block["value"]) for block in row["blocks"]],
    )


def _groups(home: HomePage, catalogue: CataloguePage, again: bool) -> None:
    """Moderators publish sheets and keep the catalogue's data; editors keep the site's pages.

    Rights are given once: those that an administrator took back stay so, unless asked `again`.
    """
    Group.objects.filter(name__in=("Moderators", "Editors"), user__isnull=True).delete()
    moderators, created = Group.objects.get_or_create(name=MODERATORS)
    if created or again:
        _grant(moderators, catalogue, ("add", "change", "publish", "lock", "unlock"))
        _allow(moderators, ("catalogue",), ("add", "change", "delete", "view"))
        _allow(moderators, ("home", "sourcing"), ("view", "change"))
        _allow(moderators, ("search",), ("add", "change", "delete", "view"))
        _allow(moderators, ("labelling",), ("view",))
        _let_work(moderators)
    editors, created = Group.objects.get_or_create(name=EDITORS)
    if created or again:
        # Sheets are below the home page, but take no right from it (`CatalogueTester`).
        _grant(editors, home, ("add", "change", "publish"))
        _allow(editors, ("search",), ("add", "change", "delete", "view"))
        _allow(editors, ("labelling",), ("add", "change", "view"))
        _let_work(editors)
    for name, codename in _DESK.items():
        group, created = Group.objects.get_or_create(name=name)
        if created or again:
            _let_enter(group)
            group.permissions.add(Permission.objects.get(codename=codename))
    _moderation_workflow(moderators, catalogue)


def _let_enter(group: Group) -> None:
    """The admin, and nothing in it."""
    access = Permission.objects.get(
        content_type=ContentType.objects.get(app_label="wagtailadmin", model="admin"),
        codename="access_admin",
    )
    group.permissions.add(access)


def _let_work(group: Group) -> None:
    """The admin, with images and documents in all collections."""
    _let_enter(group)
    collection = Collection.get_first_root_node()
    # Wagtail asks for the rights on its own models, whatever model is in use.
    for model in (Image, Document):
        for action in ("add", "change", "choose"):
            permission = Permission.objects.get(
                content_type=ContentType.objects.get_for_model(model),
                codename=f"{action}_{model._meta.model_name}",
            )
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )


def _grant(group: Group, page: BasePage, actions: tuple[str, ...]) -> None:
    for action in actions:
        permission = Permission.objects.get(
            content_type=ContentType.objects.get_for_model(BasePage), codename=f"{action}_basepage"
        )
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=page.pk, permission=permission
        )


def _allow(group: Group, apps: tuple[str, ...], actions: tuple[str, ...]) -> None:
    wanted = [
        permission
        for permission in Permission.objects.filter(content_type__app_label__in=apps).exclude(
            content_type__app_label__in=("catalogue", "labelling"), content_type__model__in=_PRIVATE
        )
        if permission.codename.split("_")[0] in actions
    ]
    group.permissions.add(*wanted)


def _moderation_workflow(moderators: Group, catalogue: CataloguePage) -> None:
    workflow, created = Workflow.objects.get_or_create(name="Modération des fiches")
    if created:
        task = ModerationTask.objects.create(name=REVIEW)
        task.groups.add(moderators)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
        WorkflowPage.objects.get_or_create(page_id=catalogue.pk, defaults={"workflow": workflow})
    else:
        _give_its_kind(workflow)


def _give_its_kind(workflow: Workflow) -> None:
    """Make a `ModerationTask` of the plain approval that a site made before has.

    The task stays the same row, with its groups: reviews under way go on with it.
    """
    kind = ContentType.objects.get_for_model(ModerationTask)
    plain = Task.objects.filter(workflow_tasks__workflow=workflow, name=REVIEW).exclude(
        content_type=kind
    )
    for task in plain:
        ModerationTask(groupapprovaltask_ptr_id=task.pk).save_base(raw=True)
        Task.objects.filter(pk=task.pk).update(content_type=kind)


@transaction.atomic
def receive_message(
    *, subject: str, message: str, email: str = "", listing: Listing | None = None
) -> ContactMessage:
    """Keep a visitor's message, and mail it to mission LABEL once it is safely stored."""
    row = ContactMessage.objects.create(
        subject=subject, message=message, email=email, listing=listing
    )
    transaction.on_commit(lambda: tasks.send_contact_message.enqueue(row.pk))
    return row


@transaction.atomic
def erase_old_messages(*, now: dt.datetime, dry_run: bool = False) -> int:
    """Erase the messages handled longer ago than the privacy page promises; returns how many."""
    old = ContactMessage.objects.filter(handled_at__lt=now - ContactMessage.retention())
    count = old.count()
    if not dry_run:
        old.delete()
    return count
