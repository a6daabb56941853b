"""ProConnect as an OpenID Connect client: what django-lasuite and mozilla-django-oidc leave unchecked.

The libraries keep state, nonce and PKCE in the session, exchange the code and verify signatures.
Here: issuer, audience, expiry, age, authorised party, level of assurance, and that userinfo speaks
of the same person. (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2; ProConnect's partner documentation.)
"""

import time
from http import HTTPStatus
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from lasuite.oidc_login.backends import OIDCAuthenticationBackend

from accounts import services
from accounts.models import User
from accounts.provider import ProviderUnavailable, issuer, metadata

LEEWAY = 30
"""Seconds by which clocks may differ."""
OLDEST = 300
"""Seconds after which an id_token is not of this sign-in any more."""
LONGEST_SUB = 255
"""ASCII characters of a subject (OpenID Connect Core 1.0, section 2)."""
_TRUSTED_FOR = ("iss", "aud", "sub")
_TRUSTED_AT = ("exp", "iat", "nonce")


class SignInRefused(Exception):
    """The provider's answer does not satisfy a check. The message is for the log, in English."""


class ProConnectBackend(OIDCAuthenticationBackend):
    """Signs in by an authorisation code of ProConnect; useless for anything else."""

    def authenticate(
        self, request: HttpRequest, nonce: str, code_verifier: str, link_to: User | None = None
    ) -> User | None:
        """The account of whoever comes back with a code.

        `link_to`: the account, signed in, to which the identity is to be attached. Raises
        `SignInRefused`, `ProviderUnavailable` or `services.Refused`.
        """
        provider = metadata()
        self.OIDC_OP_TOKEN_ENDPOINT = provider["token_endpoint"]
        self.OIDC_OP_USER_ENDPOINT = provider["userinfo_endpoint"]
        self.OIDC_OP_JWKS_ENDPOINT = provider["jwks_uri"]
        self.link_to = link_to
        self.outcome: services.SignedIn | None = None
        try:
            return super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        except requests.HTTPError as error:
            raise self._explained(error) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(str(error)) from error
        except (SuspiciousOperation, jwt.PyJWTError) as error:
            raise SignInRefused(str(error)) from error

    @staticmethod
    def _explained(error: requests.HTTPError) -> Exception:
        status = HTTPStatus.BAD_GATEWAY if error.response is None else error.response.status_code
        is_refusal = status < HTTPStatus.INTERNAL_SERVER_ERROR  # a code used up, too old, not ours
        kind = SignInRefused if is_refusal else ProviderUnavailable
        return kind(f"the provider answered {status}")

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The token endpoint's answer, which must hold both tokens."""
        tokens = super().get_token(payload)
        if not isinstance(tokens, dict):
            raise SignInRefused("the token endpoint did not answer an object")
        for name in ("id_token", "access_token"):
            if not isinstance(tokens.get(name), str):
                raise SignInRefused(f"no {name} in the answer")
        return tokens

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """Claims of an id_token (with `nonce`) or of a signed userinfo (without), verified."""
        is_id_token = "nonce" in kwargs
        key = self._key(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[self.OIDC_RP_SIGN_ALGO],
            issuer=issuer(),
            audience=self.OIDC_RP_CLIENT_ID,
            leeway=LEEWAY,
            options={"require": [*_TRUSTED_FOR, *(_TRUSTED_AT if is_id_token else ())]},
        )
        if is_id_token:
            self._check_id_token(claims, kwargs["nonce"])
        return claims

    def _key(self, token: str) -> Any:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != self.OIDC_RP_SIGN_ALGO:
            raise SignInRefused(f"signed with {header.get('alg')!r}")
        try:
            return self.retrieve_matching_jwk(token)
        except (KeyError, TypeError) as error:
            raise SignInRefused("the provider's keys cannot be read") from error

    def _check_id_token(self, claims: dict[str, Any], nonce: str) -> None:
        if not nonce or claims["nonce"] != nonce:
            raise SignInRefused("the nonce is not the one that was sent")
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if party != self.OIDC_RP_CLIENT_ID and (several or party is not None):
            raise SignInRefused(f"issued for {party!r}")
        age = time.time() - claims["iat"]
        if age > OLDEST:
            raise SignInRefused(f"issued {age:.0f} seconds ago")
        if claims.get("acr") not in settings.PROCONNECT["ACR"]:
            raise SignInRefused(f"level of assurance {claims.get('acr')!r}")

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """The account of verified claims; userinfo must speak of whom the id_token names."""
        try:
            claims = self.get_userinfo(access_token, id_token, payload)
        except SuspiciousOperation as error:
            raise SignInRefused(str(error)) from error
        sub = claims["sub"]
        if sub != payload["sub"]:
            raise SignInRefused("userinfo speaks of somebody else")
        if not 0 < len(sub) <= LONGEST_SUB or not sub.isascii() or not sub.isprintable():
            raise SignInRefused("the subject has not the shape of one")
        if self.link_to is not None:
            services.link_identity(user=self.link_to, issuer=issuer(), claims=claims)
            return self.link_to
        self.outcome = services.sign_in_identity(issuer=issuer(), claims=claims)
        return self.outcome.user
