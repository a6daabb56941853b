"""Fetch an address that somebody typed, without lending them our place in the network.

Only public addresses are contacted: the name is resolved once, every address it has is checked, and
the connection goes to the one that was checked, so that a name cannot change its mind in between.
Each redirect passes the same checks. Libraries of this kind (requests-hardened, advocate) check
addresses but bound neither the total time nor the size, hence these few lines on the standard one.
"""

import ipaddress
import time
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from catalogue import wire

MAX_REDIRECTS = 3
MAX_URL_LENGTH = 2000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"https": 443, "http": 80}
# Public by the registries, yet they lead inside: 6to4 carries an IPv4 address, and its old relay;
# special uses and metadata services; Azure's own; a range for documentation since RFC 9637.
_LEADS_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in ("2002::/16", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32", "3fff::/20")
)
# All IPv6 that is assigned to the public; NAT64, mapped and compatible IPv4 are outside.
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")


class FetchError(Exception):
    """The address was refused or did not answer; the message says in French what to do.

    `answered`: a server did answer, with an error or another type: another address on it may do.
    """

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


@dataclass(frozen=True)
class Fetched:
    """What an address gave; `url` is where it was in the end, after redirects."""

    url: str
    content_type: str
    body: bytes


def fetch(url: str, *, max_bytes: int, timeout: float, accept: Collection[str]) -> Fetched:
    """Fetch a public address.

    :param max_bytes: the longest body accepted.
    :param timeout: seconds for everything: names, redirects and body.
    :param accept: media types accepted, in lower case without parameters.
    :raises FetchError: refused, unreachable, too slow, too long, or of another type.
    """
    final, answer = _follow(url, timeout=timeout, max_bytes=max_bytes, accept=accept)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in accept:
        raise FetchError(
            _("Ce que donne l'adresse n'est pas du type attendu (%(found)s au lieu de %(wanted)s).")
            % {"found": content_type or "?", "wanted": ", ".join(sorted(accept))},
            answered=True,
        )
    return Fetched(final, content_type, answer.body)


def final_url(url: str, *, timeout: float) -> str:
    """Return where an address leads that answers with success; its content is not read.

    :raises FetchError: refused, unreachable, too slow, or an error status.
    """
    return _follow(url, timeout=timeout, max_bytes=0, accept=("*/*",), keep_body=False)[0]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet and to no special use.

    Sources: IANA special-purpose registries (RFC 6890 and its updates), through `ipaddress`.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(ip.version == network.version and ip in network for network in _LEADS_INSIDE):
        return False
    if ip.version == 6 and ip not in _GLOBAL_IPV6:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _follow(
    url: str, *, timeout: float, max_bytes: int, accept: Collection[str], keep_body: bool = True
) -> tuple[str, wire.Answer]:
    deadline = time.monotonic() + timeout
    headers = {
        "Accept": ", ".join(accept),
        "User-Agent": wire.USER_AGENT.format(site=settings.SITE_URL),
    }
    for _hop in range(MAX_REDIRECTS + 1):
        parts = _checked(url)
        address = _resolved(parts, deadline)
        url = urlunsplit(parts)
        answer = _exchange(url, address, deadline, max_bytes, headers, keep_body)
        location = answer.headers.get("location")
        if answer.status in _REDIRECTS and location:
            url = urljoin(url, location)
            continue
        if answer.status != 200:
            raise FetchError(
                _("L'adresse répond une erreur (%(status)s). Vérifiez qu'elle est publique.")
                % {"status": answer.status},
                answered=True,
            )
        return url, answer
    raise FetchError(_("L'adresse redirige trop de fois. Donnez l'adresse finale."))


def _checked(url: str) -> SplitResult:
    """Split an address after refusing all but a plain public web address, without its fragment."""
    malformed = FetchError(_("Cette adresse n'est pas valide. Copiez-la depuis votre navigateur."))
    if (
        len(url) > MAX_URL_LENGTH
        or "\\" in url
        or any(not c.isprintable() or c == " " for c in url)
    ):
        raise malformed
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:  # also a name that IDNA refuses
        raise malformed from error
    if not host or "%" in host:
        raise malformed
    trusted = _is_trusted(parts)
    if parts.scheme != "https" and not trusted:
        raise FetchError(_("Donnez une adresse sécurisée, qui commence par https://."))
    if "@" in parts.netloc:
        raise FetchError(_("Retirez le nom d'utilisateur ou le mot de passe de l'adresse."))
    if port not in (None, _PORTS.get(parts.scheme)) and not trusted:
        raise FetchError(
            _("Retirez le numéro de port de l'adresse : seul le port usuel est admis.")
        )
    netloc = f"[{host}]" if ":" in host else host
    path = parts.path if parts.path.isascii() else _quoted(parts.path)
    query = parts.query if parts.query.isascii() else _quoted(parts.query)
    return parts._replace(
        netloc=f"{netloc}:{port}" if port else netloc, path=path, query=query, fragment=""
    )


def _quoted(text: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def _is_trusted(parts: SplitResult) -> bool:
    """Tell whether the settings exempt the origin, which only tests do for their own servers."""
    return f"{parts.scheme}://{parts.netloc}" in settings.FETCH_TRUSTED_ORIGINS


def _resolved(parts: SplitResult, deadline: float) -> str:
    """Return an address of the host; one that is not public condemns the whole name."""
    port = parts.port or _PORTS[parts.scheme]
    addresses = wire.resolve(parts.hostname or "", port, deadline)
    if not addresses:
        raise FetchError(_("Ce nom de domaine n'existe pas ou ne répond pas. Vérifiez l'adresse."))
    if not _is_trusted(parts) and not all(is_public(address) for address in addresses):
        raise FetchError(
            _("Cette adresse est celle d'un réseau privé. Donnez une adresse publique.")
        )
    return wire.preferred(addresses)


def _exchange(
    url: str,
    address: str,
    deadline: float,
    max_bytes: int,
    headers: dict[str, str],
    keep_body: bool,
) -> wire.Answer:
    """One GET, its failures in French. The body of a redirect is not read."""
    try:
        return wire.get(
            url,
            address=address,
            deadline=deadline,
            max_bytes=max_bytes,
            headers=headers,
            keep_body=keep_body,
        )
    except wire.TooSlow as error:
        raise FetchError(
            _("L'adresse met trop de temps à répondre. Réessayez plus tard.")
        ) from error
    except wire.TooLarge as error:
        raise FetchError(
            _("Le fichier est trop gros : pas plus de %(size)d Ko.") % {"size": max_bytes // 1024}
        ) from error
    except wire.Compressed as error:
        raise FetchError(_("L'adresse ne donne que du contenu compressé, refusé ici.")) from error
    except wire.ExchangeFailed as error:
        raise FetchError(
            _("L'adresse ne répond pas, ou son certificat n'est pas valide. Vérifiez-la.")
        ) from error
