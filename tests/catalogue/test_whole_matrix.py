"""Who opens what in the whole first stage: every address × everybody, none left out.

The parts' own tests say what each page answers; this one only says who is let in, and fails when an
address is added without a row.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, reverse

from tests.catalogue.everything import Everything, addresses

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "other", "editor", "owner", "buyer", "moderator", "reviewer")
IN, LOGIN, NO, GONE = "let in", "sent to sign in", "refused", "told that there is nothing"


def row(default: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(ROLES, default), **others}


ANYONE = row(IN)
NOBODY = row(GONE)
SIGNED_IN = row(IN, anonymous=LOGIN)
NOT_THEIRS = row(GONE, anonymous=LOGIN)
MEMBERS = {**NOT_THEIRS, "owner": IN, "editor": IN}
OWNERS = {**NOT_THEIRS, "owner": IN, "editor": NO}
RECEIVER = {**NOT_THEIRS, "other": IN}
WRITER = {**NOT_THEIRS, "buyer": IN}
AGENTS = row(NO, anonymous=LOGIN, buyer=IN)
JUDGES = row(NO, anonymous=LOGIN, moderator=IN)
STAFF = {**JUDGES, "reviewer": IN}
ADMINISTRATORS = row(NO, anonymous=LOGIN)

# Who is let in at each address, reading or writing; what a method does not exist for is left out.
ROWS: dict[str, dict[str, str]] = {
    name: row_of
    for row_of, names in (
        (
            ANYONE,
            "vendor sheet_history claim_history assessment latest_assessment report report_follow "
            "recommendation recommendation_follow register award award_badge award_certificate "
            "award_credential award_jwt award_status status_list status_list_jwt signing_keys "
            "label_issuer "
            "contact_vendor body_use reminders_stop account_login account_signup account_closed "
            "account_inactive account_logout oidc_logout_callback proconnect_callback "
            "account_email_verification_sent account_confirm_email account_reset_password "
            "account_reset_password_done account_reset_password_from_key "
            "account_reset_password_from_key_done",
        ),
        (NOBODY, "evidence proconnect"),  # a restricted piece; no provider is set up here
        (
            SIGNED_IN,
            "vendor_space company_register company_check company_abroad company_ask company_claim "
            "reminders buyer_exchanges account_home account_landing account_data account_close "
            "usersessions_list account_reauthenticate account_email "
            "account_change_password account_set_password mfa_index mfa_authenticate "
            "mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_generate_recovery_codes "
            "mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn mfa_login_webauthn",
        ),
        (
            # The link of an invitation, a request, a key: somebody else's.
            NOT_THEIRS,
            "company_invitation company_withdraw mfa_edit_webauthn mfa_remove_webauthn "
            "mfa_view_recovery_codes mfa_download_recovery_codes proconnect_link",
        ),
        (
            MEMBERS,
            "company company_compare company_members company_leave company_proofs "
            "company_reports company_report company_contests company_contest company_statistics "
            "sheet_create sheet_similar sheet "
            "sheet_preview sheet_withdraw sheet_archive sheet_restore sheet_confirm "
            "sheet_publiccode sheet_offers sheet_offer_add sheet_offer sheet_offer_remove "
            "sheet_references sheet_reference_add sheet_reference sheet_reference_remove "
            "sheet_submit sheet_step sheet_claims sheet_evidence_first sheet_evidence_offer "
            "sheet_evidence_add sheet_evidence_remove sheet_evidence_restrict sheet_evidence_file "
            "assessments assessment_space assessment_theme assessment_answer assessment_check "
            "assessment_piece assessment_copy assessment_proposal "
            "labels label_apply label_submit label_file label_answer label_message label_letter "
            "label_notice label_reservation label_appeal "
            "vendor_exchanges vendor_exchange vendor_exchange_close "
            "vendor_exchange_reopen",
        ),
        (
            OWNERS,
            "company_model company_requests company_decide company_role company_remove "
            "company_uninvite company_proconnect company_address company_mandate company_code "
            "company_again sheet_transfer label_renew label_withdraw",
        ),
        (RECEIVER, "transfer transfer_preview"),
        (WRITER, "buyer_exchange buyer_exchange_close account_unlink"),
        (AGENTS, "body_use_withdraw agent_home"),
        (
            JUDGES,
            "sheet_take_down sheet_merge vendor_suspend evidence_file proof_mandate dispute_file "
            "listing claim_act assessment_examine",
        ),
        (
            row(NO, anonymous=LOGIN, moderator=GONE, reviewer=GONE),
            "vendor_chooser:create listing_chooser:create official_chooser:create",
        ),
        (JUDGES, "referential_preview referential_differences referential_impact"),
        (
            # Who writes referentials is none of these people, nor who reviews or decides files of
            # labels (tests/labelling/admin).
            ADMINISTRATORS,
            "tableau-label:index label_shift label_export "
            "second_factor_reset referential_start referential_text referential_head "
            "referential_criteria referential_theme referential_theme_add referential_criterion "
            "label_decision label_send_back label_reject label_decision_letter label_lift "
            "label_award_act label_appeal_act label_consultation "
            "file_claim file_release file_piece file_letter file_verdict file_act "
            "desk_workload desk_conflicts desk_conflict_end desk_filter_save desk_filter_delete "
            "desk_reminders "
            "referential_criterion_add referential_publish referential_delete",
        ),
    )
    for name in names.split()
}
WRITING = {
    # Forms that anybody may read, with the reason why one may not send them.
    "contact_vendor": row(NO, buyer=IN),
    "body_use": row(NO, buyer=IN),
    "account_confirm_email": NOBODY,
    "company_members": OWNERS,
    **dict.fromkeys(("label_apply", "label_submit", "label_appeal"), OWNERS),
}
"""Where writing is for others than reading."""
SCREENS = {
    # What services decide is read there, and changed by nobody.
    **dict.fromkeys(
        (
            "a-examiner preuves contestations signalements retraits suspensions recommandations "
            "referentiels auto-evaluations"
        ).split(),
        ("index", "index_results", "inspect"),
    ),
    "listes-officielles": (
        *("index", "index_results", "inspect", "add"),
        *("history", "history_results"),
    ),
    "lignes-officielles": ("index", "index_results", "inspect"),
    "labels": (),
    "labels-attribues": (),
    "instruction": (),
    "delegations": (),
    "absences": (),
    "recours": (),
    "messages": ("index", "index_results", "edit", "usage", "history", "history_results"),
    **dict.fromkeys(
        "offreurs fiches allegations categories categories-acheteurs services-raccordables "
        "centrales-achat vehicules-achat motifs seuils tranches-prix configurations "
        "synonymes produits-remplaces".split(),
        None,
    ),
}
"""Screens of the admin: the views that moderators have there, all of them for None."""
CHOOSERS = ("vendor_chooser", "listing_chooser", "official_chooser")

PARTS = {
    "the vendor space": ("espace-editeur/",),
    "accounts": ("compte/", "connexion/", "deconnexion/"),
    "the public and buyers": (
        *("editeurs/", "solutions/<slug", "pieces/", "signaler/", "demander/"),
        *("messages/", "mon-organisme/", "utilisations/", "label/"),
    ),
    "the admin": ("gestion/",),
}


def expected(name: str) -> dict[str, str]:
    """The row of an address. Raises KeyError when it has none."""
    space, _colon, view = name.rpartition(":")
    if space == "wagtailusers_users":
        return ADMINISTRATORS
    if name not in ROWS and space in CHOOSERS:
        return STAFF
    if space in SCREENS:
        views = SCREENS[space]
        if view == "choose_parent":  # Wagtail's, which offers only what one may edit
            return STAFF
        return JUDGES if views is None or view in views else ADMINISTRATORS
    return ROWS[name]


def concerned(part: str) -> Iterator[tuple[str, URLPattern]]:
    """The addresses of a part of the site, without what Wagtail and the search made."""
    for name, route, pattern in addresses():
        own = name.startswith("wagtailusers_users:") or not name.startswith(("wagtail", "search"))
        known = name and own and not name.startswith("empty_queries")
        if known and route.startswith(PARTS[part]):
            yield name, pattern


def outcome(answer) -> str | None:
    """What became of somebody at a page; None when the page has no such method."""
    if answer.streaming:
        list(answer.streaming_content)  # a file, which is closed at its end
    entrances = reverse("account_login"), reverse("wagtailadmin_login")
    if answer.status_code == 302 and answer.url.startswith(entrances):
        return LOGIN
    # Wagtail sends back to its first page, with a message.
    if answer.status_code == 302 and answer.url == reverse("wagtailadmin_home"):
        return NO
    return {403: NO, 404: GONE, 405: None}.get(answer.status_code, IN)


@pytest.mark.parametrize("part", PARTS)
def test_every_address_has_a_row(part):
    names = {name for name, _pattern in concerned(part)}
    assert names
    without = []
    for name in sorted(names):
        try:
            expected(name)
        except KeyError:
            without.append(name)
    assert without == [], "say in ROWS who is let in there"


def test_every_row_is_of_an_address():
    assert set(ROWS) <= {name for part in PARTS for name, _pattern in concerned(part)}


@pytest.mark.parametrize("part", PARTS)
def test_everybody_is_let_in_where_they_should_and_nowhere_else(site, part):
    everything = Everything()
    wrong = []
    for name, pattern in concerned(part):
        address = everything.address(name, pattern)
        for method in ("get", "post"):
            wanted = WRITING.get(name, expected(name)) if method == "post" else expected(name)
            for role in ROLES:
                with transaction.atomic():
                    answer = getattr(everything.browser(role), method)(address)
                    got = outcome(answer)
                    transaction.set_rollback(True)
                # Wagtail's own trail ends in such a link.
                ours = not answer.streaming and not address.startswith("/gestion/")
                if ours and b'href=""' in answer.content:
                    wrong.append(f"{method} {name}: {role} reads a link that leads nowhere")
                if got not in (None, wanted[role]):
                    wrong.append(f"{method} {name}: {role} is {got}, not {wanted[role]}")
    assert not wrong, "\n".join(wrong)
