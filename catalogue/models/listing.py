"""What is true of a sheet whatever its revisions say: whose it is, whence, since when, claims."""

import datetime as dt
import uuid

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.choices import Rgaa, Source
from catalogue.models.official import OfficialEntry
from catalogue.models.solution import SolutionPage
from catalogue.models.vendor import Vendor


def evidence_storage() -> Storage:
    """Where evidence lies: outside the media folder, without a URL."""
    return storages["evidence"]


class ListingQuerySet(models.QuerySet):
    def public(self):
        """Listings whose sheet visitors see."""
        return self.filter(page__live=True, archived_at__isnull=True)


class Listing(models.Model):
    """The row beside each sheet. Publishing a revision overwrites the page, never this.

    `uid` is the public, stable id of the sheet.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.OneToOneField(SolutionPage, on_delete=models.CASCADE, related_name="listing")
    vendor = models.ForeignKey(
        Vendor,
        verbose_name=_("offreur"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="listings",
    )
    source = models.CharField(
        _("source"), max_length=10, choices=Source.choices, default=Source.VENDOR
    )
    external_id = models.CharField(_("identifiant dans la source"), max_length=60, blank=True)
    source_url = models.URLField(_("adresse dans la source"), blank=True)
    source_licence = models.CharField(_("licence de la source"), max_length=60, blank=True)
    sill_id = models.CharField(_("identifiant SILL"), max_length=20, blank=True)
    comptoir_id = models.CharField(_("identifiant Comptoir du Libre"), max_length=20, blank=True)
    repository_reachable_on = models.DateField(
        _("dépôt du code joint le"),
        null=True,
        blank=True,
        help_text=_("Sans cette date, « déclaré libre »."),
    )
    confirmed_on = models.DateField(_("exactitude confirmée le"), null=True, blank=True)
    rgaa = models.CharField(
        _("état RGAA selon l'auto-évaluation"),
        max_length=20,
        choices=Rgaa.choices,
        blank=True,
        editable=False,
        help_text=_("Prime sur ce que dit la fiche."),
    )
    rgaa_until = models.DateField(
        _("jusqu'au"), null=True, blank=True, editable=False, help_text=_("Ce jour compris.")
    )
    archived_at = models.DateTimeField(_("archivée le"), null=True, blank=True)
    archived_by_staff = models.BooleanField(
        _("archivée par la mission LABEL"),
        default=False,
        editable=False,
        help_text=_("L'offreur ne la rétablit pas lui-même."),
    )
    taken_down_at = models.DateTimeField(
        _("retirée par la mission LABEL le"), null=True, blank=True, editable=False
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("regroupée avec"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="absorbed",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("inscription au catalogue")
        verbose_name_plural = _("inscriptions au catalogue")
        constraints = (
            models.CheckConstraint(
                name="listing_vendor_unless_community",
                condition=Q(source="vendeur", vendor__isnull=False)
                | (~Q(source="vendeur") & Q(vendor__isnull=True)),
                violation_error_message=_(
                    "Une fiche d'offreur a un offreur ; un logiciel communautaire, aucun."
                ),
            ),
            models.CheckConstraint(
                name="listing_community_names_its_source",
                condition=Q(source="vendeur")
                | (~Q(external_id="") & ~Q(source_licence="") & ~Q(source_url="")),
                violation_error_message=_("Une donnée reprise garde sa source et sa licence."),
            ),
            models.CheckConstraint(
                name="listing_merged_is_archived",
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("source", "external_id"),
                condition=~Q(external_id=""),
                name="listing_once_a_source",
            ),
        )

    def __str__(self) -> str:
        return self.page.title

    @property
    def was_public(self) -> bool:
        """Whether visitors ever saw the sheet, be it hidden since."""
        return bool(self.page.live or self.page.first_published_at or self.taken_down_at)

    def assessed_rgaa(self, on: dt.date) -> str:
        """Code of the RGAA state that a self-assessment gives on a day, or nothing."""
        return self.rgaa if self.rgaa_until is None or self.rgaa_until >= on else ""

    def survivor(self) -> "Listing":
        """The sheet that this one was merged into, through all merges; itself without any."""
        listing, seen = self, {self.pk}
        while listing.merged_into is not None and listing.merged_into_id not in seen:
            listing = listing.merged_into
            seen.add(listing.pk)
        return listing


class ClaimQuerySet(models.QuerySet):
    def of_sheet(self):
        """Claims that the sheet itself makes: answers to a questionnaire are many, and shown apart."""
        return self.exclude(kind=Claim.Kind.ANSWER)

    def about(self, subject: uuid.UUID | None):
        """Claims on one offer or reference, or on the sheet as a whole (None)."""
        return self.filter(subject=subject)


class Claim(models.Model):
    """Something a vendor says that others may check: who says so, on what proof, until when.

    `catalogue.trust.trust()` derives its state at a date; nothing here stores a state.
    """

    class Kind(models.TextChoices):
        CLOUD = "cloud", _("Cloud au centre")
        HDS = "hds", _("Hébergement de données de santé")
        ISO27001 = "iso27001", _("ISO 27001")
        FREE = "libre", _("Logiciel libre")
        RGAA = "rgaa", _("Accessibilité")
        REFERENCE = "reference", _("Référence client")
        ANSWER = "answer", _("Réponse à l'auto-évaluation")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="claims")
    subject = models.UUIDField(
        _("offre ou référence concernée"),
        null=True,
        blank=True,
        help_text=_("Vide : la fiche entière."),
    )
    kind = models.CharField(_("allégation"), max_length=20, choices=Kind.choices)
    key = models.CharField(
        _("critère"),
        max_length=90,
        blank=True,
        help_text=_("Référentiel et critère, pour une réponse à l'auto-évaluation."),
    )
    declared_on = models.DateField(_("déclarée le"), default=timezone.localdate)
    verified_on = models.DateField(_("vérifiée le"), null=True, blank=True)
    verified_by = models.CharField(
        _("vérifiée par"),
        max_length=200,
        blank=True,
        help_text=_("Source officielle, ou mission LABEL."),
    )
    source_url = models.URLField(_("source de la vérification"), blank=True)
    expires_on = models.DateField(
        _("valable jusqu'au"), null=True, blank=True, help_text=_("Ce jour compris.")
    )
    official = models.ForeignKey(
        OfficialEntry,
        verbose_name=_("ligne de la liste officielle"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="claims",
    )
    expiry_told_for = models.DateField(
        _("échéance déjà annoncée"), null=True, blank=True, editable=False
    )
    contested_on = models.DateField(_("contestée le"), null=True, blank=True)
    contest_reason = models.CharField(_("motif de contestation"), max_length=500, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("allégation")
        verbose_name_plural = _("allégations")
        constraints = (
            models.UniqueConstraint(
                fields=("listing", "subject", "kind"),
                condition=Q(subject__isnull=False),
                name="claim_once_an_offer",
            ),
            models.UniqueConstraint(
                fields=("listing", "kind", "key"),
                condition=Q(subject__isnull=True),
                name="claim_once_a_sheet",
            ),
            models.CheckConstraint(
                name="claim_key_is_of_an_answer",
                condition=(Q(kind="answer") & ~Q(key="") & Q(subject__isnull=True))
                | (~Q(kind="answer") & Q(key="")),
                violation_error_message=_("Une réponse nomme son critère, elle seule."),
            ),
            models.CheckConstraint(
                name="claim_verified_by_someone",
                condition=Q(verified_on__isnull=True, verified_by="")
                | (Q(verified_on__isnull=False) & ~Q(verified_by="")),
                violation_error_message=_("Une vérification dit qui l'a faite, et quand."),
            ),
            models.CheckConstraint(
                name="claim_expires_after_verification",
                condition=Q(expires_on__isnull=True)
                | Q(verified_on__isnull=True)
                | Q(expires_on__gte=F("verified_on")),
            ),
            models.CheckConstraint(
                name="claim_contested_with_reason",
                condition=Q(contested_on__isnull=True) | ~Q(contest_reason=""),
                violation_error_message=_("Une contestation est motivée."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.listing}"


class Evidence(models.Model):
    """A proof of a claim: a file kept out of the media folder, or a public address."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("intitulé"), max_length=200)
    url = models.URLField(_("adresse"), blank=True)
    file = models.FileField(_("fichier"), blank=True, upload_to="%Y/%m/", storage=evidence_storage)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64, blank=True, editable=False)
    is_public = models.BooleanField(_("publique"), default=True)
    restriction_reason = models.CharField(
        _("motif du secret des affaires"), max_length=300, blank=True
    )
    is_draft = models.BooleanField(
        _("pas encore remise"),
        default=False,
        editable=False,
        help_text=_("Ne compte pas, et n'est lue que de l'offreur, avant la remise."),
    )
    added_on = models.DateField(_("ajoutée le"), default=timezone.localdate)
    expires_on = models.DateField(_("valable jusqu'au"), null=True, blank=True)

    class Meta:
        verbose_name = _("pièce justificative")
        verbose_name_plural = _("pièces justificatives")
        constraints = (
            models.CheckConstraint(
                name="evidence_file_or_url",
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                violation_error_message=_("Donnez un fichier ou une adresse, pas les deux."),
            ),
            models.CheckConstraint(
                name="evidence_restriction_is_motivated",
                condition=Q(is_public=True) | ~Q(restriction_reason=""),
                violation_error_message=_("Une pièce réservée dit pourquoi."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Where visitors read it: elsewhere, or the file that we keep."""
        return self.url or reverse("evidence", args=[self.uid])
