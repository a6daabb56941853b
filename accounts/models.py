"""People who sign in."""

import re
import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates accounts; an e-mail address is kept in lower case, an empty one as NULL."""

    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


AGENT = "agent_public"
"""ProConnect's role of a person who works for a public body; a suffix may say which kind of body."""
_AGENT_ROLE = rf"(^| ){AGENT}(_[a-z_]+)?( |$)"


class UserQuerySet(models.QuerySet["User"]):
    """Who is who, from what an identity provider said last."""

    def agents(self) -> "UserQuerySet":
        """People whom ProConnect says to work for a public body."""
        return self.filter(is_active=True, identities__roles__regex=_AGENT_ROLE).distinct()


class User(AbstractBaseUser, PermissionsMixin):
    """An account. The address is nullable: an identity of ProConnect may come without a free one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"), unique=True, null=True, blank=True)
    first_name = models.CharField(_("prénom"), max_length=150, blank=True)
    last_name = models.CharField(_("nom"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("membre de la mission LABEL"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    date_joined = models.DateTimeField(_("inscrit le"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        constraints = (
            models.CheckConstraint(
                name="user_email_lower_case",
                condition=models.Q(email__isnull=True)
                | (models.Q(email=models.functions.Lower("email")) & ~models.Q(email="")),
                violation_error_message=_("L'adresse électronique s'écrit en minuscules."),
            ),
        )

    def __str__(self) -> str:
        return self.get_full_name() or self.email or str(self.uid)

    def clean(self) -> None:
        super().clean()
        self.email = (self.email or "").strip().lower() or None

    @cached_property
    def known_identities(self) -> list["Identity"]:
        """The identities that open this account, the one seen last first; read once an instance."""
        return list(self.identities.order_by("-last_seen_at", "pk"))

    @property
    def is_agent(self) -> bool:
        """Whether ProConnect says that this person works for a public body: a buyer."""
        return any(identity.is_agent for identity in self.known_identities)

    @property
    def sirets(self) -> list[str]:
        """SIRET of the employers that ProConnect names, the one seen last first."""
        found = (identity.siret for identity in self.known_identities if identity.siret)
        return list(dict.fromkeys(found))

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email or ""


class Identity(models.Model):
    """A person as an identity provider knows them: issuer and subject, never an e-mail address."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="identities", verbose_name=_("compte")
    )
    issuer = models.CharField(_("émetteur"), max_length=255)
    sub = models.CharField(_("identifiant chez l'émetteur"), max_length=255)
    siret = models.CharField(_("SIRET de l'employeur"), max_length=14, blank=True)
    organisation = models.CharField(_("employeur"), max_length=255, blank=True)
    idp_id = models.CharField(_("fournisseur d'identité"), max_length=255, blank=True)
    roles = models.CharField(
        _("rôles"), max_length=500, blank=True, help_text=_("Séparés par une espace.")
    )
    created_at = models.DateTimeField(_("relié le"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("dernière connexion"))

    class Meta:
        verbose_name = _("identité")
        verbose_name_plural = _("identités")
        constraints = (
            models.UniqueConstraint(fields=("issuer", "sub"), name="identity_issuer_sub"),
        )

    def __str__(self) -> str:
        return self.organisation or self.siret or self.sub

    @property
    def is_agent(self) -> bool:
        """Whether the roles are those of a public agent."""
        return re.search(_AGENT_ROLE, self.roles) is not None
