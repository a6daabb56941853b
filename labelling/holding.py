"""Who holds a file, who may take it over, and what colleagues call one another."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from labelling import permissions
from labelling.models import Absence, LabelApplication
from labelling.states import Role


def may_take_over(user: User, holder: User) -> bool:
    """Whether somebody may take the files of another: of who left, or is away and they replace."""
    if not holder.is_active:
        return True
    away = Absence.objects.on(timezone.localdate()).filter(user=holder)
    return away.filter(Q(replaced_by=user) | Q(replaced_by__isnull=True)).exists()


def name_of(user: User | None) -> str:
    """What colleagues call somebody; never an address where a name is known."""
    if user is None:
        return _("personne")
    return str(user.get_full_name() or user.email)


def need(role: Role, by: User, application: LabelApplication) -> None:
    """Raises `PermissionDenied`, in words, unless somebody has a role on a file."""
    if role in permissions.roles_of(by, application):
        return
    if permissions.has_conflict(by, application):
        raise PermissionDenied(_("Vous avez un conflit d'intérêts avec cet offreur."))
    if role is Role.HOLDER:
        raise PermissionDenied(_("Prenez d'abord ce dossier."))
    raise PermissionDenied(_("Vous n'instruisez pas les demandes de label."))


def hold(application: LabelApplication, by: User | None) -> None:
    """Give a locked file to a reviewer, or to nobody."""
    application.holder = by
    application.held_since = timezone.now() if by else None
    application.save(update_fields=["holder", "held_since", "changed_at"])
