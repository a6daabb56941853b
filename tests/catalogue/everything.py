"""One of everything that an address of the first stage may name, and everybody who may open it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from catalogue import contesting, reporting, transfers, uses
from catalogue.models import (
    Claim,
    Evidence,
    ListImport,
    Offer,
    OfficialEntry,
    OfficialList,
    Proof,
    PurchaseVehicle,
    PurchasingBody,
    Reason,
    Reference,
    ReminderKind,
    Request,
    Suspension,
    Takedown,
)
from catalogue.models.vocabulary import BuyerCategory
from catalogue.reminders import stop_token
from home.models import ContactMessage
from labelling import assessing
from labelling.models import (
    Absence,
    ConflictOfInterest,
    Consultation,
    ReferentialVersion,
    SavedFilter,
)
from sourcing import services as recommending
from tests.accounts.signing_in import sign_in_staff
from tests.catalogue.agents import agent, exchange_of
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.catalogue.vendor_space import sheets
from tests.labelling.factories import make_result, make_version
from tests.labelling.labels import (
    delegate,
    make_appeal,
    make_application,
    make_award,
    make_expert,
    make_label,
    make_letter,
)
from tests.labelling.referentials import HEAD, criterion

OTHER_SIREN = "732829320"


def addresses() -> Iterator[tuple[str, str, URLPattern]]:
    """Every address of the site: its full name, its route, its pattern."""
    yield from _walk(get_resolver(), "", ())


def _walk(resolver: Any, prefix: str, spaces: tuple[str, ...]) -> Iterator[Any]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or "")), route, pattern
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern, route, inner)


class Everything:
    """People by role, their browsers, and the values that addresses take."""

    def __init__(self) -> None:
        self.vendor = VendorFactory(slug="fictilog", name="Fictilog")
        other = VendorFactory(siren=OTHER_SIREN)
        attach(self.vendor)
        attach(other)
        self.people: dict[str, User] = {
            "owner": member(self.vendor),
            "editor": member(self.vendor, "editor"),
            "other": member(other),
            "buyer": agent(),
            "moderator": moderator(),
            "reviewer": reviewer(),
        }
        owner = self.people["owner"]
        self.draft = sheets.draft(self.vendor, owner)
        self.live = make_sheet(
            "Ardoise publique", vendor=self.vendor, slug="publique", rgaa="totalement"
        ).listing
        self.proven = Claim.objects.create(listing=self.live, kind=Claim.Kind.RGAA)
        self.piece = Evidence.objects.create(
            claim=self.proven, title="Audit", file=ContentFile(b"%PDF-1.7 audit", name="audit.pdf")
        )
        self.assessment = assessing.start(
            listing=self.live, version=make_version(criterion()), by=owner
        )
        self.result = make_result(self.live, self.assessment.version, {"SE-01": "oui"})
        label = make_label(self.assessment.version)
        self.award = make_award(
            application=make_application("granted", label=label, listing=self.live)
        )
        self.reservation = self.award.reservations.create(text="Publier.", due_on="2099-01-01")
        self.letter = make_letter(self.award.application)
        self.appeal = make_appeal(self.award.application)
        self._desk()
        self._children(owner)
        self._company(owner)
        self._staff(other)
        self.exchange = exchange_of(self.people["buyer"], self.live)
        self.use = uses.say_use(listing=self.live, by=self.people["buyer"])
        self.transfer = transfers.propose(listing=self.live, by=owner, to=OTHER_SIREN, message="")
        self.identity = self.people["buyer"].identities.get()
        self.key = Authenticator.objects.create(
            user=person(), type=Authenticator.Type.WEBAUTHN, data={"name": "Clé", "credential": {}}
        )
        # Everybody just signed in with a second factor: no page asks for the password again.
        self._sessions = {
            role: sign_in_staff(Client(), user).cookies for role, user in self.people.items()
        }

    def _desk(self) -> None:
        """What people of mission LABEL wrote around a file."""
        expert = make_expert()
        self.consultation = Consultation.objects.create(
            application=self.award.application,
            theme="securite",
            expert=expert,
            question="Est-ce sûr ?",
            due_on="2099-01-01",
        )
        self.conflict = ConflictOfInterest.objects.create(
            user=expert, vendor=VendorFactory(), reason="Parent."
        )
        self.filter = SavedFilter.objects.create(user=expert, name="Tous", query="cause=all")
        today = timezone.localdate()
        Absence.objects.create(user=expert, first_day=today, last_day=today)
        delegate(expert, self.award.label)

    def _desk_values(self) -> dict[str, dict[str, Any]]:
        """What the addresses of the review desk name."""
        file = {"pk": self.award.application.pk}
        return {
            "file_claim": file,
            "file_release": file,
            "file_piece": {**file, "uid": self.piece.uid},
            "file_letter": {**file, "uid": self.letter.uid},
            "file_verdict": {**file, "criterion": "SE-01"},
            "file_act": {**file, "act": "note"},
            "label_consultation": {"pk": self.consultation.pk},
            "desk_conflict_end": {"pk": self.conflict.pk},
            "desk_filter_delete": {"pk": self.filter.pk},
        }

    def _children(self, owner: User) -> None:
        page = self.draft.page
        self.offer = Offer(name="Abonnement", kind="production", deployment="saas")
        self.reference = Reference(
            client="Ville", year=2024, buyer_category=BuyerCategory.objects.first()
        )
        sheets.write(self.draft, owner, offers=[self.offer], references=[self.reference])
        page.refresh_from_db()

    def _company(self, owner: User) -> None:
        self.proof = Proof.objects.create(
            vendor=self.vendor, by=owner, kind="email", state="code", email="a@fictilog.example"
        )
        self.proof.mandate.save("m.pdf", ContentFile(b"%PDF-1.7 mandat"))
        self.asked = Request.objects.create(
            vendor=self.vendor, user=person(), kind="join", message="Bonjour à tous"
        )
        self.dispute = Request.objects.create(
            vendor=self.vendor, user=person(), kind="dispute", message="Je dirige l'entreprise."
        )
        self.dispute.evidence.save("p.pdf", ContentFile(b"%PDF-1.7 piece"))
        self.invitation = self.vendor.invitations.create(email="z@b.example", token_hash="0" * 64)
        self.membership = self.vendor.memberships.get(user=self.people["editor"])

    def _staff(self, other: Any) -> None:
        """What waits on mission LABEL's desk, or lies in its drawers."""
        judge = self.people["moderator"]
        reported = reporting.report(
            path=f"/solutions/{self.live.page.slug}/", reason="faux", message="Le prix est faux."
        )
        self.report = reporting.acknowledge(report=reported, by=judge)
        self.request = recommending.ask(
            body="Ville d'Essai",
            need="Signer les arrêtés à distance : douze signataires.",
            email="achats@ville.invalid",
        )
        self.claim = Claim.objects.create(listing=self.live, kind=Claim.Kind.REFERENCE)
        self.contest = contesting.open_contest(
            claim=self.proven, by=judge, reason="L'audit est celui d'un autre produit."
        )
        self.evidence = Evidence.objects.create(
            claim=self.claim,
            title="Accord",
            file=ContentFile(b"%PDF-1.7 accord", name="a.pdf"),
            sha256="0" * 64,
            is_public=False,
            restriction_reason="Secret des affaires.",
        )
        reason = Reason.objects.filter(purpose=Reason.Purpose.TAKEDOWN).first()
        hidden = make_sheet("Cachée", vendor=VendorFactory(), live=False).listing
        words = {"reason": reason, "comment": "Contenu repris sans droit.", "by": judge}
        self.takedown = Takedown.objects.create(listing=hidden, **words)
        self.suspension = Suspension.objects.create(vendor=VendorFactory(), **words)
        waiting = sheets.draft(other, self.people["other"], "Ardoise remise")
        self.submission = sheets.submit(waiting, self.people["other"])
        imported = ListImport.objects.create(
            list=OfficialList.ADEQUACY, dated_on="2026-01-01", sha256="0" * 64, rows=1
        )
        OfficialEntry.objects.create(
            list=OfficialList.ADEQUACY,
            code="CH",
            label="Suisse",
            valid_from="2026-01-01",
            last_import=imported,
        )
        self.draft_version = make_version(criterion(), head=HEAD.replace('"essai"', '"brouillon"'))
        drafts = ReferentialVersion.objects.filter(pk=self.draft_version.pk)
        drafts.update(published_at=None)
        PurchaseVehicle.objects.create(
            body=PurchasingBody.objects.first(), number="1", title="Essai", holder="Essai"
        )
        ContactMessage.objects.create(subject="question", message="Bonjour", email="a@b.example")

    def browser(self, role: str) -> Client:
        """A browser where somebody is signed in, whatever was done in the one before."""
        browser = Client()
        if role != "anonymous":
            browser.cookies = deepcopy(self._sessions[role])
        return browser

    def address(self, name: str, pattern: URLPattern) -> str:
        """An address with a value for each of its parts. Raises KeyError when none is known."""
        parts = {part: self._part(name, part, pattern) for part in pattern.pattern.regex.groupindex}
        return reverse(name, kwargs=parts)

    def _part(self, name: str, part: str, pattern: URLPattern) -> Any:
        usual = {"slug": self.vendor.slug}
        if name.startswith("referential_"):
            usual["pk"] = self.draft_version.pk
        if name.startswith("sheet"):
            usual["uid"] = self.draft.uid
        if name.startswith("label_"):
            usual["uid"] = self.award.application.uid
        if name.startswith("award"):
            usual["number"] = self.award.number
        if name.startswith("status_list"):
            usual["purpose"] = "revocation"
        value = self._values().get((name, part), usual.get(part))
        if value is None and ":" in name:  # a screen of the admin, about rows of one model
            model = pattern.callback.view_initkwargs["model"]
            value = model.objects.order_by("-pk").values_list("pk", flat=True).first()
        if value is None:
            raise KeyError(f"{part} of {name}: make one in tests/catalogue/everything.py")
        return value

    def _assessment(self) -> dict[str, dict[str, Any]]:
        """What the addresses of the questionnaire name."""
        here = {"uid": self.live.uid}
        one = {**here, "referential": "essai", "version": "1"}
        return {
            "assessments": here,
            "assessment_space": one,
            "assessment_theme": {**one, "theme": "securite"},
            "assessment_answer": {**one, "criterion": "SE-01"},
            "assessment_piece": {**one, "criterion": "SE-01"},
            "assessment_check": one,
            "assessment_copy": one,
            "assessment_proposal": one,
            "assessment_examine": {"pk": self.result.pk, "criterion": "SE-01"},
        }

    def _decisions(self) -> dict[str, dict[str, Any]]:
        """What the addresses of decisions on labels name."""
        file, award = {"pk": self.award.application.pk}, {"pk": self.award.pk}
        return {
            "label_decision": file,
            "label_send_back": file,
            "label_reject": file,
            "label_decision_letter": file,
            "label_award_act": {**award, "act": "engager-suspension"},
            "label_lift": {**award, "reservation": self.reservation.pk},
            "label_appeal_act": {"pk": self.appeal.pk, "act": "rejeter"},
        }

    def _values(self) -> dict[tuple[str, str], Any]:
        """What addresses name, unless it is the company's slug or the draft."""
        sheet, slug = {"uid": self.draft.uid}, self.live.page.slug
        piece = {"uid": self.live.uid, "claim": self.proven.uid, "piece": self.piece.uid}
        rows: dict[str, dict[str, Any]] = {
            "company_invitation": {"token": "inconnu"},
            "company_withdraw": {"uid": self.asked.uid},
            "company_decide": {"uid": self.asked.uid},
            "company_role": {"pk": self.membership.pk},
            "company_remove": {"pk": self.membership.pk},
            "company_uninvite": {"pk": self.invitation.pk},
            "company_code": {"uid": self.proof.uid},
            "company_again": {"uid": self.proof.uid},
            "company_report": {"uid": self.report.uid},
            "sheet_offer": {**sheet, "child": self.offer.uid},
            "sheet_offer_remove": {**sheet, "child": self.offer.uid},
            "sheet_reference": {**sheet, "child": self.reference.uid},
            "sheet_reference_remove": {**sheet, "child": self.reference.uid},
            "sheet_step": {**sheet, "step": "essentiel"},
            "sheet_transfer": {"uid": self.live.uid},
            "sheet_evidence_first": {"uid": self.live.uid, "kind": "rgaa"},
            "sheet_evidence_offer": {**sheet, "kind": "cloud", "subject": self.offer.uid},
            "sheet_evidence_add": piece,
            "sheet_evidence_remove": piece,
            "sheet_evidence_restrict": piece,
            "sheet_evidence_file": piece,
            **self._assessment(),
            **self._desk_values(),
            **self._decisions(),
            "labels": {"uid": self.live.uid},
            "label_apply": {"uid": self.live.uid, "label": self.award.label.slug},
            "label_letter": {"letter": self.letter.uid},
            "label_export": {"pk": self.award.application.pk},
            "label_reservation": {"pk": self.reservation.pk},
            "sheet_history": {"slug": slug},
            "assessment": {"slug": slug, "referential": "essai"},
            "latest_assessment": {"slug": slug},
            "claim_history": {"slug": slug, "uid": self.proven.uid},
            "company_contest": {"uid": self.contest.uid},
            "claim_act": {"pk": self.proven.pk, "act": "abandonner"},
            "transfer": {"uid": self.transfer.uid},
            "transfer_preview": {"uid": self.transfer.uid},
            "vendor_exchange": {"uid": self.exchange.uid},
            "vendor_exchange_close": {"uid": self.exchange.uid},
            "vendor_exchange_reopen": {"uid": self.exchange.uid},
            "buyer_exchange": {"uid": self.exchange.uid},
            "buyer_exchange_close": {"uid": self.exchange.uid},
            "reminders_stop": {"token": stop_token(self.people["owner"], ReminderKind.DRAFT)},
            "contact_vendor": {"slug": slug},
            "body_use": {"slug": slug},
            "body_use_withdraw": {"uid": self.use.uid},
            "evidence": {"uid": self.evidence.uid},
            "report_follow": {"uid": self.report.uid},
            "recommendation_follow": {"uid": self.request.uid},
            "account_unlink": {"pk": self.identity.pk},
            "account_confirm_email": {"key": "inconnue"},
            "account_reset_password_from_key": {"uidb36": "1", "key": "inconnue"},
            "mfa_edit_webauthn": {"pk": self.key.pk},
            "mfa_remove_webauthn": {"pk": self.key.pk},
            "sheet_take_down": {"page_id": self.live.page_id},
            "sheet_merge": {"page_id": self.live.page_id},
            "listing": {"page_id": self.live.page_id},
            "vendor_suspend": {"pk": self.vendor.pk},
            "evidence_file": {"uid": self.evidence.uid},
            "proof_mandate": {"uid": self.proof.uid},
            "dispute_file": {"uid": self.dispute.uid},
            "contestations:inspect": {"pk": self.dispute.pk},
            "second_factor_reset": {"pk": self.people["reviewer"].pk},
            "referential_theme": {"id": "securite"},
            "referential_criterion": {"id": "SE-01"},
        }
        return {(name, part): value for name, row in rows.items() for part, value in row.items()}
