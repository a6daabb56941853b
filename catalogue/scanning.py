"""Ask an antivirus (ClamAV's daemon) about a file, in its INSTREAM protocol.

Written here because the usual client, `clamd`, has had no release since 2014. A file that the
antivirus could not read is *not scanned*, which never means clean.
"""

import logging
import socket
import struct
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

TIMEOUT = 20.0
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class Scan(StrEnum):
    """What the antivirus said of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not-scanned"


def scan(data: bytes) -> Scan:
    """Return what the antivirus of the setting `CLAMD_URL` says of a content.

    Never raises: without the setting, with a daemon that is down, slow, or refuses the size, the
    content is not scanned (the last three are logged).
    """
    if not settings.CLAMD_URL:
        return Scan.NOT_SCANNED
    try:
        answer = _ask(data)
    except (OSError, ValueError) as error:
        logger.warning("The antivirus did not answer (%s).", type(error).__name__)
        return Scan.NOT_SCANNED
    if answer == b"stream: OK":
        return Scan.CLEAN
    if answer.endswith(b" FOUND"):
        return Scan.INFECTED
    logger.warning("The antivirus could not read a file (%r).", answer[:100])
    return Scan.NOT_SCANNED


def _ask(data: bytes) -> bytes:
    with _connect() as daemon:
        daemon.settimeout(TIMEOUT)
        daemon.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            daemon.sendall(struct.pack("!I", len(chunk)) + chunk)
        daemon.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            received = daemon.recv(_LONGEST_ANSWER)
            if not received:
                break
            answer += received
    return answer.rstrip(b"\0\n")


def _connect() -> socket.socket:
    """Connect to tcp://host:port or unix:///path; raises ValueError for another address."""
    url = urlsplit(settings.CLAMD_URL)
    if url.scheme == "tcp" and url.hostname:
        return socket.create_connection((url.hostname, url.port or 3310), timeout=TIMEOUT)
    if url.scheme != "unix":
        raise ValueError(f"CLAMD_URL is neither tcp:// nor unix://: {url.scheme}")
    daemon = socket.socket(socket.AF_UNIX)
    try:
        daemon.settimeout(TIMEOUT)
        daemon.connect(url.path)
    except OSError:
        daemon.close()
        raise
    return daemon
