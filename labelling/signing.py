"""Signatures of mission LABEL: compact JWS (RFC 7515), and the keys by which anybody checks them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

KEYS_PATH = "/label/cles.json"
"""Where `public_keys` is published: as long as anybody may check what these keys signed."""


@dataclass(frozen=True)
class _Signer:
    key: Key
    algorithm: str

    @property
    def address(self) -> str:
        """What names the key: where it is published, and its thumbprint (RFC 7638)."""
        return f"{settings.SITE_URL}{KEYS_PATH}#{self.key.thumbprint()}"


class _Registry(JWSRegistry):
    """The library's algorithms, EdDSA under the name that readers know (RFC 9864 renames it)."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


def sign(payload: Mapping[str, Any], *, type: str) -> str:
    """A payload signed by the first key, as a compact JWS of a type (`JWT`, `vc+jwt`).

    Its header names the key (`kid`) and holds it (`jwk`), the two ways in which readers of Open
    Badges find it: only `public_keys` says that it is ours.
    """
    signer = _signers(settings.SIGNING_KEYS)[0]
    header = {
        "alg": signer.algorithm,
        "typ": type,
        "kid": signer.address,
        "jwk": signer.key.as_dict(private=False),
    }
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return serialize_compact(header, content, signer.key, registry=_Registry())


def public_keys() -> dict[str, Any]:
    """All keys, the one that signs first, without their private half: a JWK set (RFC 7517)."""
    return {
        "keys": [
            signer.key.as_dict(private=False, kid=signer.address, use="sig", alg=signer.algorithm)
            for signer in _signers(settings.SIGNING_KEYS)
        ]
    }


@lru_cache(maxsize=1)
def _signers(keys: tuple[str, ...]) -> tuple[_Signer, ...]:
    """Keys in PEM (config.signing_key) as they sign, read once: that costs more than signing."""
    return tuple(_signer(key) for key in keys)


def _signer(pem: str) -> _Signer:
    match load_pem_private_key(pem.encode(), password=None):
        case RSAPrivateKey():
            return _Signer(RSAKey.import_key(pem), "RS256")
        case EllipticCurvePrivateKey():
            return _Signer(ECKey.import_key(pem), "ES256")
    return _Signer(OKPKey.import_key(pem), "EdDSA")
