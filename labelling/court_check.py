"""Check an exported file: the fingerprint of each of its files, and that of each event.

Runs where the archive was unpacked, with nothing to install: python3 verifier.py
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

# This file goes into the archive as it is: it knows nothing of the software.
COLUMNS = (
    "position", "subject", "subject_uid", "name", "source", "target", "at", "actor_id", "actor_role",
    "comment", "data", "previous",
)  # fmt: skip


def wrong_files(folder: Path) -> list[str]:
    """Files that lack, or whose content is not that of the list of fingerprints."""
    found = []
    for line in (folder / "empreintes.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(name)
    return found


def digest_of(event: dict[str, Any]) -> str:
    """The fingerprint that the columns of an event come to."""
    told = {name: event[name] for name in COLUMNS}
    told["application"] = event["application_id"]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def main(folder: Path) -> int:
    """Say what does not hold; 1 when something does not."""
    events = json.loads((folder / "dossier.json").read_text(encoding="utf-8"))["events"]
    faults = [f"fichier absent ou modifié : {name}" for name in wrong_files(folder)]
    faults += [
        f"fait modifié : {event['position']}"
        for event in events
        if digest_of(event) != event["digest"]
    ]
    for before, after in zip(events, events[1:]):  # noqa: B905, RUF007
        if after["position"] == before["position"] + 1 and after["previous"] != before["digest"]:
            faults.append(f"fait qui ne suit pas le précédent : {after['position']}")
    told = "\n".join(faults) or f"{len(events)} faits et tous les fichiers sont intacts."
    sys.stdout.write(f"{told}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
