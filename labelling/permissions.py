"""Who writes referentials, and who acts on files of a label: the rows of `labelling.states` by person."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from catalogue.models import Role as CompanyRole
from catalogue.models import Vendor
from catalogue.permissions import role_of
from labelling.models import (
    Absence,
    Appeal,
    Award,
    ConflictOfInterest,
    CriterionReview,
    Delegation,
    LabelApplication,
    LabelEvent,
)
from labelling.states import Role

REVIEW = "labelling.review_labelapplication"
ADVISE = "labelling.advise_labelapplication"
DECIDE = "labelling.decide_labelapplication"

Thing = LabelApplication | Award | Appeal
_INSTRUCTS = tuple(str(role) for role in (Role.REVIEWER, Role.HOLDER, Role.EXPERT))
_JUDGES = (str(Role.DECIDER), str(Role.THIRD))


def user_can_draft(user: User) -> bool:
    """Whether somebody may prepare versions and publish them."""
    return user.is_active and user.has_perm("labelling.change_referentialversion")


def user_can_read_drafts(user: User) -> bool:
    """Whether somebody may read what is not published yet, and what it would do."""
    return user.is_active and (
        user.has_perm("labelling.view_referentialversion") or user_can_draft(user)
    )


def file_of(thing: Thing) -> LabelApplication:
    """The file that something belongs to."""
    return thing if isinstance(thing, LabelApplication) else thing.application


def vendor_of(application: LabelApplication) -> Vendor | None:
    """Whose file it is: who applied; once the label is granted, whoever holds the sheet."""
    if Award.objects.filter(application=application).exists():
        return application.listing.vendor
    return application.vendor


def user_can_enter_desk(user: User) -> bool:
    """Whether somebody works at mission LABEL's review desk, in whatever role."""
    return user.is_active and any(user.has_perm(one) for one in (REVIEW, ADVISE, DECIDE))


def user_can_read_files(user: User) -> bool:
    """Whether somebody reads more than what they are asked about: an expert alone does not."""
    return user.is_active and (user.has_perm(REVIEW) or user.has_perm(DECIDE))


def user_can_read_file(user: User, application: LabelApplication) -> bool:
    """Whether somebody of mission LABEL reads a whole file: reviewers and deciders without a conflict."""
    return _is_neutral(user, application) and user_can_read_files(user)


def user_can_read_theme(user: User, application: LabelApplication, theme: str) -> bool:
    """Whether somebody reads the answers of one theme: those above, and who was asked about it."""
    if user_can_read_file(user, application):
        return True
    asked = application.consultations.filter(expert=user, theme=theme, closed_at__isnull=True)
    return user.has_perm(ADVISE) and _is_neutral(user, application) and asked.exists()


def roles_of(user: User, thing: Thing) -> frozenset[Role]:
    """On which grounds somebody may act on a file, its award or an appeal, at this moment."""
    application = file_of(thing)
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    vendor = vendor_of(application)
    company = role_of(user, vendor) if vendor else None
    if company is not None:
        return frozenset({Role.OWNER if company == CompanyRole.OWNER else Role.MEMBER})
    if not _is_neutral(user, application):
        return frozenset()
    found = set()
    if user.has_perm(REVIEW):
        found.add(Role.REVIEWER)
        if application.holder_id == user.pk:
            found.add(Role.HOLDER)
    if _is_consulted(user, application):
        found.add(Role.EXPERT)
    if may_sign(user, application):
        found |= _deciding(user, thing, application)
    return frozenset(found)


def may_sign(user: User, application: LabelApplication) -> bool:
    """Whether somebody has the right to decide, and a delegation in force for that label."""
    return user.has_perm(DECIDE) and delegation_of(user, application) is not None


def delegation_of(user: User, application: LabelApplication) -> Delegation | None:
    """The delegation by which somebody signs today."""
    rows = Delegation.objects.in_force(timezone.localdate()).filter(user=user)
    return rows.filter(label=application.label_id).first()


def instructed(application: LabelApplication) -> set[int]:
    """Who took part in instructing a file, then or now: none of them decides on it, or on its award.

    Whoever wrote a verdict, proposed, held it (a claim is enough) or acted on it for the desk, even if
    somebody else holds it by now. A reminder, sent to many at once, is no part of it.
    """
    acts = _acts(application, _INSTRUCTS).exclude(name="reminder")
    wrote = CriterionReview.objects.filter(application=application, changed_by__isnull=False)
    found = acts.union(wrote.order_by().values_list("changed_by", flat=True))
    now = (application.holder_id, application.proposed_by_id)
    return {one for one in (*found, *now) if one is not None}


def judged_before(application: LabelApplication, but: Appeal | None = None) -> set[int]:
    """Who decided something of a file, its award or an appeal: none of them decides on an appeal.

    :param but: the appeal itself, of which who decided it is told that it is decided.
    """
    acts = _acts(application, _JUDGES).exclude(target="")
    acts = acts.exclude(subject_uid=but.uid) if but else acts
    return {one for one in acts if one is not None}


def _acts(
    application: LabelApplication, roles: tuple[str, ...]
) -> QuerySet[LabelEvent, int | None]:
    rows = LabelEvent.objects.filter(
        application=application, actor_role__in=roles, actor_id__isnull=False
    )
    return rows.order_by().values_list("actor_id", flat=True)


def deciders_for_appeal(
    application: LabelApplication, judges: tuple[int | None, ...]
) -> QuerySet[User]:
    """Who could decide an appeal today: a third person, who judged nothing of this file before.

    :param judges: who proposed and who decided what is appealed against.
    """
    return deciders_for(application, judged_before(application).union(filter(None, judges)))


def deciders_for(application: LabelApplication, excluded: Iterable[int] = ()) -> QuerySet[User]:
    """Who could decide on a file today: they have a delegation, are here, have no conflict with its
    company and did not instruct it.

    :param excluded: who else does not.
    """
    today = timezone.localdate()
    excluded = instructed(application).union(excluded)
    delegations = Delegation.objects.in_force(today).filter(label=application.label_id)
    vendors = [one.pk for one in (application.vendor, application.listing.vendor) if one]
    conflicts = ConflictOfInterest.objects.standing().filter(vendor__in=vendors)
    return (
        people_with(DECIDE)
        .filter(pk__in=delegations.values("user"))
        .exclude(
            Q(pk__in=excluded)
            | Q(pk__in=conflicts.values("user"))
            | Q(memberships__vendor__in=vendors)
            | Q(pk__in=Absence.objects.on(today).values("user"))
        )
    )


def people_with(right: str) -> QuerySet[User]:
    """Active people who have a right, `app.codename`, by a group, by name, or as administrators."""
    app, codename = right.split(".")
    wanted = Permission.objects.filter(content_type__app_label=app, codename=codename)
    given = Q(user_permissions__in=wanted) | Q(groups__permissions__in=wanted)
    return User.objects.filter(given | Q(is_superuser=True), is_active=True).distinct()


def has_conflict(user: User, application: LabelApplication) -> bool:
    """Whether somebody declared that they may not judge the company, or is one of its members."""
    vendors = [one for one in (application.vendor, application.listing.vendor) if one]
    declared = ConflictOfInterest.objects.standing().filter(user=user, vendor__in=vendors)
    return declared.exists() or any(role_of(user, one) is not None for one in vendors)


def _is_neutral(user: User, application: LabelApplication) -> bool:
    return user.is_active and not has_conflict(user, application)


def _is_consulted(user: User, application: LabelApplication) -> bool:
    open_ones = application.consultations.filter(expert=user, closed_at__isnull=True)
    return user.has_perm(ADVISE) and open_ones.exists()


def _deciding(user: User, thing: Thing, application: LabelApplication) -> set[Role]:
    """Nobody decides on what they instructed, proposed or announced; on an appeal, or judged."""
    if user.pk in instructed(application):
        return set()
    if isinstance(thing, Appeal):
        judges = {thing.first_judge_id, thing.second_judge_id, *judged_before(application, thing)}
        return set() if user.pk in judges else {Role.THIRD}
    if isinstance(thing, Award) and user.pk == thing.notice_by_id:
        return set()
    return {Role.DECIDER}
