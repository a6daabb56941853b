"""The public body that somebody works for, as ProConnect says; the public register may name it."""

from dataclasses import dataclass, replace

from django.utils.text import slugify

from accounts.models import User
from catalogue import companies

_SHORT = (("conseil-departemental", "departement"), ("conseil-regional", "region"))
_SILENT = frozenset(["commune", "ville", "mairie", "de", "du", "des", "d", "la", "le", "les", "l"])


@dataclass(frozen=True)
class Body:
    """A public body by its SIRET (14 digits); `name` is empty when ProConnect did not give it."""

    siret: str
    name: str


def body_of(user: User) -> Body | None:
    """The body of a public agent, the one that ProConnect named last; None without a SIRET."""
    return next(
        (
            Body(identity.siret, identity.organisation[:200].strip())
            for identity in user.known_identities
            if identity.is_agent and identity.siret
        ),
        None,
    )


def named(body: Body) -> Body:
    """The same body, with the name that the public register knows when ProConnect gave none.

    The name stays empty when the register does not answer or does not show the body: never fails.
    """
    if body.name:
        return body
    try:
        found = companies.find(body.siret[:9])
    except companies.CompanyServiceUnavailable:
        return body
    return replace(body, name=found.legal_name if found else "")


def same_body(one: str, other: str) -> bool:
    """Whether two names are those of one body, but for case, accents, order and how it is called.

    Not by a distance: « Ain » and « Aisne », « Loire » and « Loire-Atlantique » are near.
    """
    words = _words(one)
    return bool(words) and words == _words(other)


def _words(name: str) -> frozenset[str]:
    folded = slugify(name.replace("'", " ").replace("’", " "))
    for long, short in _SHORT:
        folded = folded.replace(long, short)
    return frozenset(folded.split("-")) - _SILENT - {""}
