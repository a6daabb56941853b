"""Passwords that French speakers choose first: Django's list of common ones is in English."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FEWEST_CHARACTERS = 5
"""Different characters that a password holds at least."""
_BASES = frozenset(
    """
    administrateur administratrice azerty azertyuiop azertyqwerty bonjour catalogue cataloguegouvtech
    changezmoi chocolat collectivite demonstration doudou entreprise france gouvtech jetaime ladinum
    liberteegalitefraternite loulou mairie marseille motdepasse motdepasseadmin monmotdepasse
    nouveaumotdepasse password qwerty qwertyuiop republiquefrancaise secret soleil
    """.split()
)


class CommonFrenchPasswordValidator:
    """Refuse a common word dressed with digits and signs, and a few characters repeated."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` with the reason."""
        letters = "".join(character for character in password.lower() if character.isalpha())
        if letters in _BASES or len(set(password)) < FEWEST_CHARACTERS:
            raise ValidationError(
                _("Ce mot de passe est trop courant : une suite de plusieurs mots convient mieux."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("Une suite de plusieurs mots convient bien.")
