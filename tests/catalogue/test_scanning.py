"""The antivirus is believed when it speaks; its silence is never taken for a yes."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from catalogue.scanning import Scan, scan

VIRUS = b"a text that the false antivirus holds for a virus"


class FalseClamd:
    """Speaks INSTREAM as ClamAV does; `trouble` makes it fail in one of its ways."""

    def __init__(self, listener: socket.socket) -> None:
        self.trouble = ""
        self.received = b""
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        if self.trouble == "hangup":
            return
        if read(client, 10) != b"zINSTREAM\0":
            client.sendall(b"UNKNOWN COMMAND\0")
            return
        if self.trouble == "size":
            client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.received = b""
        while length := struct.unpack("!I", read(client, 4))[0]:
            self.received += read(client, length)
        if self.trouble == "flood":
            client.sendall(b"x" * 100_000)
        elif VIRUS in self.received:
            client.sendall(b"stream: Test.Virus FOUND\0")
        else:
            client.sendall(b"stream: OK\0")


def read(client: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length and (received := client.recv(length - len(data))):
        data += received
    return data


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path) -> Iterator[FalseClamd]:
    if request.param == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "clamd"))
        listener.listen()
        settings.CLAMD_URL = f"unix://{tmp_path}/clamd"
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        settings.CLAMD_URL = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    with listener:
        yield FalseClamd(listener)
        listener.shutdown(socket.SHUT_RDWR)


def test_a_clean_file_is_clean(clamd):
    data = bytes(range(256)) * 1000
    assert scan(data) is Scan.CLEAN
    assert clamd.received == data


def test_a_virus_is_found_across_chunks(clamd):
    assert scan(b"x" * (64 * 1024 - 10) + VIRUS) is Scan.INFECTED


@pytest.mark.parametrize("trouble", ["hangup", "size", "flood"])
def test_a_file_that_the_antivirus_cannot_read_is_not_clean(clamd, trouble):
    clamd.trouble = trouble
    assert scan(b"x" * 3_000_000) is Scan.NOT_SCANNED


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tcp://127.0.0.1:9",
        "unix:///nowhere/clamd",
        "http://127.0.0.1",
        "127.0.0.1:3310",
        "tcp://h:x",
    ],
)
def test_without_an_antivirus_nothing_is_clean(settings, address):
    settings.CLAMD_URL = address
    assert scan(b"x") is Scan.NOT_SCANNED
