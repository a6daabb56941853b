"""Figures of the admin's first page, each with the way to what it counts."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.site_summary import SummaryItem

from catalogue.desk import Desk, desk
from catalogue.due_reminders import unconfirmed
from catalogue.models import Listing, Verification


class CountItem(SummaryItem):
    """A figure of the dashboard, with the way to what it counts."""

    template_name = "catalogue/admin/summary_item.html"
    icon = "doc-full"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"icon": self.icon, "url": self.url(), "words": self.words()}

    def url(self) -> str:
        """Where the figure leads."""
        raise NotImplementedError

    def words(self) -> str:
        """The figure and what it counts."""
        raise NotImplementedError


class LiveSheetsItem(CountItem):
    order = 100

    def is_shown(self) -> bool:
        return user_has_any_page_permission(self.request.user)

    def url(self) -> str:
        return f"{reverse('fiches:index')}?state=live"

    def words(self) -> str:
        count = Listing.objects.public().count()
        return ngettext("%d fiche en ligne", "%d fiches en ligne", count) % count


class DraftSheetsItem(LiveSheetsItem):
    order = 110
    icon = "draft"

    def url(self) -> str:
        return f"{reverse('fiches:index')}?state=draft"

    def words(self) -> str:
        count = Listing.objects.filter(page__live=False, archived_at__isnull=True).count()
        return ngettext("%d brouillon", "%d brouillons", count) % count


class DeskItem(CountItem):
    """Something that waits for a decision, counted once a request for all of them."""

    right = "catalogue.change_submission"

    def is_shown(self) -> bool:
        return self.request.user.has_perm(self.right)

    def desk(self) -> Desk:
        """What waits today."""
        today: dt.date = timezone.localdate()
        kept = getattr(self.request, "_desk", None) or desk(today)
        self.request._desk = kept
        return kept


class LateItem(DeskItem):
    order = 112
    icon = "warning"

    def url(self) -> str:
        return f"{reverse('a-examiner:index')}?due=late"

    def words(self) -> str:
        count = self.desk().late
        return ngettext("%d fiche en retard", "%d fiches en retard", count) % count


class SoonItem(DeskItem):
    order = 114
    icon = "time"

    def url(self) -> str:
        return f"{reverse('a-examiner:index')}?due=soon"

    def words(self) -> str:
        count = self.desk().due_soon
        words = ngettext(
            "%d fiche à rendre sous sept jours", "%d fiches à rendre sous sept jours", count
        )
        return words % count


class WaitingItem(DeskItem):
    order = 116
    icon = "tasks"

    def url(self) -> str:
        return reverse("a-examiner:index")

    def words(self) -> str:
        count = self.desk().waiting
        return ngettext("%d fiche à examiner", "%d fiches à examiner", count) % count


class ToJudgeItem(DeskItem):
    order = 120
    icon = "key"
    right = "catalogue.change_proof"

    def url(self) -> str:
        return f"{reverse('preuves:index')}?state=waiting"

    def words(self) -> str:
        count = self.desk().proofs
        return ngettext("%d preuve à examiner", "%d preuves à examiner", count) % count


class DisputesItem(ToJudgeItem):
    order = 130
    icon = "warning"

    def url(self) -> str:
        return f"{reverse('contestations:index')}?state=waiting"

    def words(self) -> str:
        count = self.desk().disputes
        return ngettext("%d contestation à examiner", "%d contestations à examiner", count) % count


class ReportsItem(DeskItem):
    order = 140
    icon = "warning"
    right = "catalogue.change_anomalyreport"

    def url(self) -> str:
        return f"{reverse('signalements:index')}?state=open"

    def words(self) -> str:
        count = self.desk().reports
        return ngettext("%d signalement à traiter", "%d signalements à traiter", count) % count


class UnconfirmedItem(DeskItem):
    """Sheets whose vendor was reminded in vain: they may be taken down."""

    order = 150
    icon = "time"

    def url(self) -> str:
        return f"{reverse('fiches:index')}?confirmed=unconfirmed"

    def words(self) -> str:
        count = unconfirmed(timezone.localdate()).count()
        words = ngettext(
            "%d fiche sans confirmation depuis 18 mois",
            "%d fiches sans confirmation depuis 18 mois",
            count,
        )
        return words % count


class VerificationsItem(DeskItem):
    """Claims that a colleague proposes to verify: whoever looks may be the second person."""

    order = 160
    icon = "check"
    right = "catalogue.change_claim"

    def url(self) -> str:
        return f"{reverse('allegations:index')}?state=waiting"

    def words(self) -> str:
        theirs = Verification.objects.waiting().exclude(proposed_by=self.request.user)
        count = theirs.count()
        return (
            ngettext("%d vérification à confirmer", "%d vérifications à confirmer", count) % count
        )


OWN_FIGURES = (
    LiveSheetsItem,
    DraftSheetsItem,
    LateItem,
    SoonItem,
    WaitingItem,
    ToJudgeItem,
    DisputesItem,
    ReportsItem,
    UnconfirmedItem,
    VerificationsItem,
)
"""Those of the catalogue; apps above add theirs by the hook."""
