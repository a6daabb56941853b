"""A provider that says whatever a test wants: each lie must be refused by one check of ours."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "catalogue"


@cache
def key(kid: str) -> rsa.RSAPrivateKey:
    """A signing key for each name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(claims: dict[str, Any], kid: str) -> str:
    return jwt.encode(claims, key(kid), algorithm="RS256", headers={"kid": kid})


def _told(claims: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    told = {name: value for name, value in claims.items() if value is not None}
    return {name: now + v if name in ("iat", "exp") else v for name, v in told.items()}


class Forger:
    """What the provider answers. Claims set to None are left out; times are seconds from now."""

    def __init__(self) -> None:
        self.issuer = ""
        self.nonce = ""
        self.id_token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.published = ["k1"]
        self.kid = "k1"
        self.raw: dict[str, tuple[int, str, str]] = {}
        """Path → (status, content type, body), in place of the honest answer."""
        self.asked: list[str] = []

    def honest(self) -> dict[str, Any]:
        return {"iss": self.issuer, "aud": CLIENT, "iat": 0, "exp": 60, "sub": "sub-1"}

    def id_claims(self) -> dict[str, Any]:
        return _told({"nonce": self.nonce, "acr": "eidas1", **self.honest(), **self.id_token})

    def userinfo_claims(self) -> dict[str, Any]:
        person = {"email": "agent@ville.exemple", "siret": "21930008900017", "roles": []}
        return _told({**person, **self.honest(), **self.userinfo})

    def answer(self, path: str) -> tuple[int, str, str]:
        if path in self.raw:
            return self.raw[path]
        if path == "/userinfo":
            return 200, "application/jwt", signed(self.userinfo_claims(), self.kid)
        return 200, "application/json", json.dumps(getattr(self, "_" + path.split("/")[-1][:4])())

    def _open(self) -> dict[str, Any]:
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        paths = ("authorize", "token", "userinfo", "keys")
        places = {n: f"{self.issuer}/{p}" for n, p in zip(names, paths, strict=True)}
        return {"issuer": self.issuer, "end_session_endpoint": f"{self.issuer}/end", **places}

    def _keys(self) -> dict[str, Any]:
        algorithm = jwt.algorithms.RSAAlgorithm
        return {
            "keys": [
                {
                    **algorithm.to_jwk(key(kid).public_key(), as_dict=True),
                    "kid": kid,
                    "alg": "RS256",
                }
                for kid in self.published
            ]
        }

    def _toke(self) -> dict[str, Any]:
        return {"access_token": "a", "id_token": signed(self.id_claims(), self.kid)}


@contextmanager
def running_forger() -> Iterator[Forger]:
    """A forger that listens on loopback for the time of the block."""
    forger = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            forger.asked.append(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            status, kind, body = forger.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            """The tests' output stays readable."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
