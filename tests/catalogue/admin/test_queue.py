"""« À examiner »: what waits, what is late, where to read it, and deciding on many at once."""

import datetime as dt
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue import review_task
from catalogue.admin import deciding
from catalogue.models import Membership, Reason, Role, SolutionPage, Submission, Suspension
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.admin.screens import staff
from tests.catalogue.people import reviewer
from tests.catalogue.vendor_space import sheets

pytestmark = pytest.mark.django_db

APPROVE, RETURN = "approve", "return"


@pytest.fixture
def moderator():
    return staff(MODERATORS)


@pytest.fixture
def desk(client, moderator):
    return sign_in_staff(client, moderator)


@pytest.fixture
def vendor(site):
    return sheets.attached_vendor()


@pytest.fixture
def owner(vendor):
    return sheets.member(vendor)


@pytest.fixture
def submissions(vendor, owner):
    """One late, one due today, one of a sheet that is online; the names say which."""
    late, today = (
        sheets.submit(sheets.draft(vendor, owner, name), owner)
        for name in ("Ardoise Retard", "Ardoise Jour")
    )
    late.due_on = timezone.localdate() - dt.timedelta(days=1)
    today.due_on = timezone.localdate()
    late.save()
    today.save()
    listing = sheets.draft(vendor, owner, "Ardoise Publique")
    first = sheets.submit(listing, owner)
    review_task.decide_on(submission=first, by=staff(MODERATORS), action="approve", values={})
    sheets.write(listing, owner, description="Nouveau texte.")
    edit = sheets.submit(listing, owner)
    return {"late": late, "today": today, "edit": edit, "first": first}


def shown(client, **asked):
    response = client.get(reverse("a-examiner:index"), asked)
    return {row.listing.page.draft_title for row in response.context["object_list"]}


def many(client, action, rows, **values):
    address = reverse("wagtail_bulk_action", args=["catalogue", "submission", action])
    ids = "&".join(f"id={row.pk}" for row in rows)
    home = reverse("a-examiner:index")
    return client.post(f"{address}?{ids}&next={home}", values, follow=True)


def outcomes(submissions, *names):
    for name in names:
        submissions[name].refresh_from_db()
    return [submissions[name].outcome for name in names]


def said(response):
    return unescape(" ".join(str(message) for message in response.context["messages"]))


def public_text(submission):
    return SolutionPage.objects.get(pk=submission.listing.page_id).description


def test_what_waits_is_shown_the_most_urgent_first_and_a_late_one_says_so(desk, submissions):
    response = desk.get(reverse("a-examiner:index"))
    titles = [row.listing.page.draft_title for row in response.context["object_list"]]
    assert titles == ["Ardoise Retard", "Ardoise Jour", "Ardoise Publique"]
    text = response.content.decode()
    assert text.count("<strong>En retard</strong>") == 1
    assert "<strong>3</strong> en attente" in text
    assert "<strong>1</strong> en retard" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"due": "late"}, {"Ardoise Retard"}),
        ({"due": "soon"}, {"Ardoise Jour"}),
        ({"kind": "new"}, {"Ardoise Retard", "Ardoise Jour"}),
        ({"kind": "edit"}, {"Ardoise Publique"}),
        ({"outcome": "approved"}, {"Ardoise Publique"}),
        ({"outcome": "approved", "kind": "edit"}, set()),
        ({"outcome": "returned"}, set()),
        ({"outcome": "all", "due": "late"}, {"Ardoise Retard"}),
        ({"q": "jour"}, {"Ardoise Jour"}),
        ({"outcome": "n'importe quoi"}, {"Ardoise Retard", "Ardoise Jour", "Ardoise Publique"}),
    ],
)
def test_filters(desk, submissions, asked, found):
    assert shown(desk, **asked) == found


def test_the_queue_of_one_vendor(desk, submissions, vendor):
    assert len(shown(desk, vendor=vendor.pk)) == 3
    assert shown(desk, vendor=sheets.attached_vendor().pk) == set()


def test_each_row_leads_to_where_it_is_read_and_decided(desk, submissions):
    text = desk.get(reverse("a-examiner:index")).content.decode()
    page, edit = submissions["late"].listing.page_id, submissions["edit"]
    links = (
        reverse("wagtailadmin_pages:edit", args=[page]),
        reverse("wagtailadmin_pages:revisions_view", args=[page, submissions["late"].revision_id]),
        reverse(
            "wagtailadmin_pages:revisions_compare",
            args=[edit.listing.page_id, "live", edit.revision_id],
        ),
    )
    for link in links:
        assert link in text
        assert desk.get(link).status_code == 200
    compared = desk.get(links[-1]).content.decode()
    assert "Nouveau texte." in compared


def test_past_decisions_are_read_with_their_reason(desk, submissions, moderator):
    row = submissions["today"]
    review_task.decide_on(
        submission=row,
        by=moderator,
        action="reject",
        values={"reason": "prix", "comment": "Un prix."},
    )
    text = desk.get(reverse("a-examiner:inspect", args=[row.pk])).content.decode()
    assert "Prix absents ou peu clairs" in text
    assert "Un prix." in text
    edit = desk.get(reverse("a-examiner:inspect", args=[submissions["edit"].pk])).content.decode()
    assert "Autres remises de cette fiche" in edit


def test_the_number_of_queries_does_not_follow_that_of_rows(desk, submissions, vendor, owner):
    desk.get(reverse("a-examiner:index"))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("a-examiner:index")).status_code == 200
        return len(queries)

    few = cost()
    for rank in range(4):
        sheets.submit(sheets.draft(vendor, owner, f"Ardoise {rank}"), owner)
    assert cost() <= few


def test_many_are_published_each_as_it_was_handed_in(
    desk, submissions, owner, django_capture_on_commit_callbacks
):
    page = SolutionPage.objects.get(pk=submissions["edit"].listing.page_id)
    page.description = "Glissé après coup"
    page.save_revision(user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        answer = many(desk, APPROVE, [submissions["late"], submissions["edit"]])
    assert "2 fiches publiées" in said(answer)
    assert outcomes(submissions, "late", "edit", "today") == ["approved", "approved", "waiting"]
    assert public_text(submissions["edit"]) == "Nouveau texte."
    assert len(mail.outbox) == 2
    assert Client().get("/solutions/ardoise-retard/").status_code == 200


def test_many_go_back_for_one_reason(desk, submissions, moderator):
    answer = many(
        desk, RETURN, [submissions["late"], submissions["today"]], reason="caution", comment=""
    )
    assert "2 fiches renvoyées" in said(answer)
    assert outcomes(submissions, "late", "today") == ["returned", "returned"]
    row = submissions["late"]
    canned = Reason.objects.get(purpose="return", code="caution").text
    assert (row.reason, row.comment, row.decided_by) == ("caution", canned, moderator)


def all_of(client, **asked):
    address = reverse("wagtail_bulk_action", args=["catalogue", "submission", APPROVE])
    page = client.get(address, {"id": "all", **asked})
    return page, {row["item"].listing.page.draft_title for row in page.context["items"]}


@pytest.mark.parametrize(
    "asked", [{}, {"due": "late"}, {"kind": "edit"}, {"q": "jour"}, {"q": " jour ", "kind": "new"}]
)
def test_all_are_those_that_the_list_shows(desk, submissions, asked):
    _page, found = all_of(desk, **asked)
    assert found == shown(desk, **asked)


def test_all_of_one_vendor_leaves_the_others(desk, submissions, vendor):
    other = sheets.attached_vendor()
    owner = sheets.member(other)
    sheets.submit(sheets.draft(other, owner, "Autre offreur"), owner)
    assert all_of(desk, vendor=other.pk)[1] == {"Autre offreur"}
    address = reverse("wagtail_bulk_action", args=["catalogue", "submission", APPROVE])
    desk.post(f"{address}?id=all&vendor={other.pk}&next={reverse('a-examiner:index')}")
    assert outcomes(submissions, "late", "today", "edit") == ["waiting"] * 3


def test_too_many_at_once_are_refused_in_words(desk, submissions, monkeypatch):
    monkeypatch.setattr(deciding, "MOST", 2)
    page, _found = all_of(desk)
    assert "Choisissez 2 fiches au plus" in page.content.decode()
    answer = many(desk, APPROVE, [submissions[name] for name in ("late", "today", "edit")])
    assert "Choisissez 2 fiches au plus" in answer.content.decode()
    assert outcomes(submissions, "late", "today", "edit") == ["waiting"] * 3


def test_many_do_not_go_back_without_a_reason(desk, submissions):
    answer = many(desk, RETURN, [submissions["late"]], comment="Précisez.")
    assert "Choisissez un motif" in answer.content.decode()
    assert outcomes(submissions, "late") == ["waiting"]


def test_those_left_aside_are_named_with_what_stands_against_them(desk, submissions, moderator):
    Membership.objects.create(
        vendor=(other := sheets.attached_vendor()), user=moderator, role=Role.OWNER
    )
    own = sheets.submit(sheets.draft(other, moderator, "La mienne"), moderator)
    hidden = sheets.attached_vendor()
    owner = sheets.member(hidden)
    suspended = sheets.submit(sheets.draft(hidden, owner, "La suspendue"), owner)
    Suspension.objects.create(
        vendor=hidden,
        reason=Reason.objects.filter(purpose="takedown").first(),
        comment="Manquements répétés.",
    )
    rows = [submissions["late"], submissions["first"], own, suspended]
    address = reverse("wagtail_bulk_action", args=["catalogue", "submission", APPROVE])
    ids = "&".join(f"id={row.pk}" for row in rows)
    assert desk.get(f"{address}?{ids}").content.decode().count("Laissée de côté") == 3
    words = said(many(desk, APPROVE, rows))
    assert "1 fiche publiée" in words
    assert "« La mienne » : Vous agissez pour l'entreprise" in words
    assert "« La suspendue » : L'offreur est suspendu" in words
    assert "n'attend plus de décision" in words
    states = [Submission.objects.get(pk=row.pk).outcome for row in rows]
    assert states == ["approved", "approved", "waiting", "waiting"]


@pytest.mark.parametrize("ids", ["", "id=abc", "id=999999"])
@pytest.mark.parametrize("action", [APPROVE, RETURN])
def test_an_unknown_choice_is_not_found(desk, submissions, action, ids):
    address = reverse("wagtail_bulk_action", args=["catalogue", "submission", action])
    assert desk.get(f"{address}?{ids}").status_code == 404


def _moderator(vendor):
    return staff(MODERATORS)


ROLES = {
    "anonymous": lambda vendor: None,
    "other owner": lambda vendor: sheets.member(sheets.attached_vendor()),
    "editor": lambda vendor: sheets.member(vendor, Role.EDITOR),
    "owner": lambda vendor: sheets.member(vendor),
    "buyer": lambda vendor: sheets.person(),
    "page editor": lambda vendor: staff(EDITORS),
    "reviewer": lambda vendor: reviewer(),
    "moderator": _moderator,
}


@pytest.mark.parametrize("role", ROLES)
def test_moderators_alone_see_the_queue_and_decide(submissions, vendor, role):
    client, user, row = Client(), ROLES[role](vendor), submissions["late"]
    if user is not None:
        sign_in_staff(client, user)
    for address in (
        reverse("a-examiner:index"),
        reverse("a-examiner:inspect", args=[row.pk]),
        reverse("motifs:index"),
        reverse("wagtail_bulk_action", args=["catalogue", "submission", APPROVE]) + f"?id={row.pk}",
        reverse("wagtail_bulk_action", args=["catalogue", "submission", RETURN]) + f"?id={row.pk}",
    ):
        assert (client.get(address).status_code == 200) == (role == "moderator"), address
    many(client, APPROVE, [row])
    assert outcomes(submissions, "late") == ["approved" if role == "moderator" else "waiting"]


def test_nobody_writes_or_deletes_a_submission_in_the_admin(desk, submissions):
    row = submissions["late"]
    for name in ("edit", "delete"):
        desk.post(reverse(f"a-examiner:{name}", args=[row.pk]), {"comment": "Faux"})
    desk.post(reverse("a-examiner:add"), {"comment": "Faux"})
    assert Submission.objects.count() == 4
    row.refresh_from_db()
    assert row.comment == ""


def test_the_first_page_of_the_admin_counts_what_waits_and_leads_to_it(desk, submissions):
    text = desk.get(reverse("wagtailadmin_home")).content.decode()
    for words, address in (
        ("1 fiche en retard", f"{reverse('a-examiner:index')}?due=late"),
        ("1 fiche à rendre sous sept jours", f"{reverse('a-examiner:index')}?due=soon"),
        ("3 fiches à examiner", reverse("a-examiner:index")),
        ("à traiter", f"{reverse('signalements:index')}?state=open"),
    ):
        assert words in text
        assert f'href="{address}"' in text
