"""A stand-in for the public register of companies, on the loopback: it answers as described.

Its companies are invented. `script` holds what it does at the next requests, one word each; past
the script it answers. What it answers satisfies `company_api_schema.yml`.
"""

import json
import threading
import time
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import yaml

SCHEMA = yaml.safe_load(Path(__file__).with_name("company_api_schema.yml").read_text("utf-8"))
SECONDARY = ("siege", "complements", "dirigeants")

SARL = "000000018"
SOLE_TRADER = "000000026"
CEASED = "000000034"
WITHHELD = "000000042"
COOPERATIVE = "000000059"
NOBODY = "000000067"


def company(siren: str, name: str, **changes: Any) -> dict[str, Any]:
    """A row as the register gives it, personal data included, with changes by dotted keys."""
    row: dict[str, Any] = {
        "siren": siren,
        "nom_complet": name.lower(),
        "nom_raison_sociale": name,
        "sigle": None,
        "nombre_etablissements": 1,
        "activite_principale": "62.01Z",
        "categorie_entreprise": "PME",
        "annee_categorie_entreprise": "2023",
        "date_creation": "2019-03-01",
        "etat_administratif": "A",
        "nature_juridique": "5499",
        "tranche_effectif_salarie": "12",
        "statut_diffusion": "O",
        "dirigeants": [
            {
                "nom": "PERSONNE",
                "prenoms": "INVENTÉE",
                "qualite": "Gérant",
                "type_dirigeant": "personne physique",
            }
        ],
        "siege": {
            "siret": f"{siren}00012",
            "adresse": "1 RUE IMAGINAIRE 35000 RENNES",
            "libelle_commune": "RENNES",
            "region": "53",
            "nom_commercial": None,
            "etat_administratif": "A",
            "statut_diffusion_etablissement": "O",
        },
        "complements": {
            "est_association": False,
            "est_entrepreneur_individuel": False,
            "est_ess": False,
            "est_societe_mission": False,
            "collectivite_territoriale": None,
        },
    }
    for key, value in changes.items():
        place, _, inner = key.rpartition("__")
        (row[place] if place else row)[inner] = value
    return row


COMPANIES = [
    company(SARL, "LOGICIELS FICTIFS", siege__nom_commercial="FICTILOG"),
    company(
        SOLE_TRADER,
        "X",
        nom_complet="inventée personne",
        nom_raison_sociale=None,
        nature_juridique="1000",
        categorie_entreprise=None,
        annee_categorie_entreprise=None,
        tranche_effectif_salarie="NN",
        siege__nom_commercial="PERSONNE CONSEIL",
        complements__est_entrepreneur_individuel=True,
    ),
    company(CEASED, "FICTIONS PASSEES", etat_administratif="C"),
    company(
        WITHHELD,
        "[ND]",
        statut_diffusion="P",
        siege__libelle_commune="[ND]",
        siege__region=None,
    ),
    company(
        COOPERATIVE,
        "COOPERATIVE FICTIVE",
        categorie_entreprise="ETI",
        tranche_effectif_salarie="41",
        complements__est_ess=True,
        complements__est_societe_mission=True,
    ),
]


class CompanyApi:
    """The stub: `url` to call, `queries` it received, `script` of what it does next."""

    def __init__(self) -> None:
        self.companies = deepcopy(COMPANIES)
        self.script: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.retry_after = "0"
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self})
        )
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: dict[str, str]) -> dict[str, Any]:
        """The payload of a query; raises ValidationError when it is not as described."""
        words = query["q"].lower()
        rows = [
            row
            for row in self.companies
            if words in (row["siren"], "") or words in row["nom_complet"].lower()
        ]
        direct = len(words) == 9 and words.isdigit()  # filters are then ignored
        if not direct and "etat_administratif" in query:
            rows = [row for row in rows if row["etat_administratif"] == query["etat_administratif"]]
        if query.get("minimal") == "true":
            kept = query.get("include", "").split(",")
            dropped = [key for key in SECONDARY if key not in kept]
            rows = [{key: row[key] for key in row if key not in dropped} for row in rows]
        size = int(query.get("per_page", 10))
        payload = {
            "results": rows[:size],
            "total_results": len(rows),
            "page": 1,
            "per_page": size,
            "total_pages": -(-len(rows) // size),
        }
        jsonschema.validate(payload, SCHEMA)
        return payload


class _Handler(BaseHTTPRequestHandler):
    api: CompanyApi

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.api.queries.append(query)
        self.api.agents.append(self.headers["User-Agent"])
        getattr(self, self.api.script.pop(0) if self.api.script else "ok")(query)

    def ok(self, query: dict[str, str]) -> None:
        self._send(200, json.dumps(self.api.answer(query)).encode())

    def throttled(self, query: dict[str, str]) -> None:
        self._send(429, b"{}", {"Retry-After": self.api.retry_after})

    def broken(self, query: dict[str, str]) -> None:
        self._send(500, b"Internal Server Error")

    def refused(self, query: dict[str, str]) -> None:
        self._send(400, b'{"erreur": "Veuillez indiquer au moins un parametre."}')

    def hangup(self, query: dict[str, str]) -> None:
        self.connection.close()

    def slow(self, query: dict[str, str]) -> None:
        """A byte now and then: no single read ever times out."""
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def huge(self, query: dict[str, str]) -> None:
        self._send(200, b" " * 2_000_000)

    def malformed(self, query: dict[str, str]) -> None:
        self._send(200, b'{"results": [{"siren": 12, "siege": "x"}]}')

    def html(self, query: dict[str, str]) -> None:
        self._send(200, b"<html>maintenance</html>")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # the client left, as it should past its limit
            return

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
