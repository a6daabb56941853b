"""Addresses that people type: fetched when public, refused when they lead inside."""

import gzip
import socket
import ssl
import threading
import time

import pytest
import trustme

from catalogue import wire
from catalogue.fetching import FetchError, fetch, final_url, is_public
from tests.catalogue.web_server import Page, WebServer

PUBLIC = "93.184.215.14"


def get(url, *, max_bytes=1000, timeout=2.0, accept=("text/plain",)):
    return fetch(url, max_bytes=max_bytes, timeout=timeout, accept=accept)


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """The domain name system of the test: addresses by name, one more each time it is asked."""
    table: dict[str, list[str]] = {}
    asked: dict[str, int] = {}
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if host.replace(".", "").isdigit():
            return real(host, port, *args, **kwargs)
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        asked[host] = asked.get(host, 0) + 1
        rows = table[host][: asked[host]] if table.get("rebinding") else table[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (row, port)) for row in rows]

    monkeypatch.setattr(wire.socket, "getaddrinfo", resolve)
    return table


@pytest.fixture
def connections(monkeypatch) -> list[tuple[str, int]]:
    """Addresses that were connected to; none leaves this machine."""
    made = []

    def connect(address, timeout=None):
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(wire.socket, "create_connection", connect)
    return made


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
            *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1"),
            *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
            *("192.88.99.1", "168.63.129.16", "203.0.113.9"),
            *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
            *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
            *("64:ff9b:1::a00:1", "2002:7f00:1::1", "2001:0:1::1", "2001:db8::1", "3fff::1"),
            *("fec0::1", "100::1", "not an address", ""),
        ],
    )
    def test_an_address_that_leads_inside_is_not_public(self, address):
        assert not is_public(address)

    @pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2a01:e0a::1"])
    def test_an_address_of_the_internet_is_public(self, address):
        assert is_public(address)


class TestRefusals:
    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://①②⑦.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.1.2.3/",
            "https://0/",
        ],
    )
    def test_a_private_address_is_refused_however_it_is_written(self, url, connections):
        with pytest.raises(FetchError, match="réseau privé"):
            get(url)
        assert connections == []

    @pytest.mark.parametrize(
        "url",
        [
            "http://exemple.fr/",
            "ftp://exemple.fr/",
            "file:///etc/passwd",
            "gopher://exemple.fr/",
            "//exemple.fr/",
            "exemple.fr",
            "",
            "https://",
            "https:///chemin",
            "https://user:secret@exemple.fr/",
            "https://exemple.fr@127.0.0.1/",
            "https://exemple.fr:22/",
            "https://exemple.fr:80/",
            "https://exemple.fr:99999/",
            "https://exemple.fr:x/",
            "https://exemple.fr\\@127.0.0.1/",
            "https://exemple.fr/ a",
            "https://exemple.fr/\r\nHost: autre",
            "https://exem\tple.fr/",
            "https://[::1/",
            "https://[fe80::1%25eth0]/",
            "https://" + "a" * 64 + ".fr/",
            "https://a..fr/",
            "https://exemple.fr/" + "a" * 3000,
            "javascript:alert(1)",
        ],
    )
    def test_what_is_not_a_plain_public_address_is_refused(self, url, names, connections):
        names["exemple.fr"] = [PUBLIC]
        with pytest.raises(FetchError) as refused:
            get(url)
        assert str(refused.value).endswith(".")
        assert connections == []

    def test_one_private_address_condemns_the_name(self, names, connections):
        names["exemple.fr"] = [PUBLIC, "10.0.0.1"]
        with pytest.raises(FetchError, match="réseau privé"):
            get("https://exemple.fr/")
        assert connections == []

    def test_a_name_that_does_not_exist_is_told(self, names):
        with pytest.raises(FetchError, match="n'existe pas"):
            get("https://nulle-part.exemple.fr/")

    def test_a_name_whose_servers_are_slow_costs_no_more_than_the_time_given(self, monkeypatch):
        done = threading.Event()
        monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *a, **k: done.wait(5) and [])
        start = time.monotonic()
        with pytest.raises(FetchError):
            get("https://lent.exemple.fr/", timeout=0.2)
        assert time.monotonic() - start < 3
        done.set()


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked(names, connections):
    names["rebinding"] = ["yes"]
    names["exemple.fr"] = [PUBLIC, "127.0.0.1"]  # the second answer would add the loopback
    with pytest.raises(FetchError, match="ne répond pas"):
        get("https://exemple.fr/")
    assert connections == [(PUBLIC, 443)]  # an address, resolved once, never the name again


class TestTls:
    @pytest.fixture
    def authority(self, monkeypatch) -> trustme.CA:
        ca = trustme.CA()
        context = ssl.create_default_context()
        ca.configure_trust(context)
        monkeypatch.setattr(wire, "_tls_context", lambda: context)
        return ca

    @pytest.fixture
    def to_loopback(self, monkeypatch) -> dict[str, int]:
        """Connections to the public address arrive at a port of the loopback."""
        to: dict[str, int] = {}
        real = socket.create_connection
        monkeypatch.setattr(
            wire.socket,
            "create_connection",
            lambda address, timeout=None: real(("127.0.0.1", to[address[0]]), timeout),
        )
        return to

    def serve(self, authority: trustme.CA, name: str) -> WebServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return WebServer(context)

    def test_the_certificate_and_the_host_are_those_of_the_name(
        self, authority, names, to_loopback
    ):
        names["xn--caf-dma.exemple.fr"] = [PUBLIC]
        with self.serve(authority, "xn--caf-dma.exemple.fr") as server:
            server.pages["/caf%C3%A9?x=1"] = Page()
            to_loopback[PUBLIC] = server.port
            found = get("https://café.exemple.fr/café?x=1#fragment")
        assert found.body == b"ok"
        assert server.seen == [("xn--caf-dma.exemple.fr", "/caf%C3%A9?x=1")]

    def test_a_certificate_of_another_name_is_refused(self, authority, names, to_loopback):
        names["exemple.fr"] = [PUBLIC]
        with self.serve(authority, "autre.fr") as server:
            server.pages["/"] = Page()
            to_loopback[PUBLIC] = server.port
            with pytest.raises(FetchError, match="certificat") as refused:
                get("https://exemple.fr/")
        assert isinstance(refused.value.__cause__.__cause__, ssl.SSLCertVerificationError)
        assert server.seen == []

    def test_a_certificate_of_nobody_is_refused(self, authority, names, to_loopback):
        names["exemple.fr"] = [PUBLIC]
        with self.serve(trustme.CA(), "exemple.fr") as server:
            to_loopback[PUBLIC] = server.port
            with pytest.raises(FetchError, match="certificat") as refused:
                get("https://exemple.fr/")
        assert isinstance(refused.value.__cause__.__cause__, ssl.SSLCertVerificationError)


class TestAnswers:
    def test_a_file_is_fetched(self, web):
        web.pages["/f"] = Page(b"contenu")
        found = get(f"{web.origin}/f")
        assert (found.url, found.content_type, found.body) == (
            f"{web.origin}/f",
            "text/plain",
            b"contenu",
        )

    def test_another_type_is_refused(self, web):
        web.pages["/f"] = Page(type="text/html")
        with pytest.raises(FetchError, match="text/html au lieu de text/plain"):
            get(f"{web.origin}/f")

    def test_no_type_is_refused(self, web):
        web.pages["/f"] = Page(type="")
        with pytest.raises(FetchError, match="type attendu"):
            get(f"{web.origin}/f")

    @pytest.mark.parametrize("status", [204, 304, 401, 404, 500])
    def test_an_error_is_told(self, web, status):
        web.pages["/f"] = Page(b"", status=status)
        with pytest.raises(FetchError, match=str(status)) as error:
            get(f"{web.origin}/f")
        assert error.value.answered

    @pytest.mark.parametrize("length", [None, 5000, 10])
    def test_a_file_too_long_is_refused_whatever_it_announces(self, web, length):
        web.pages["/f"] = Page(b"x" * 5000, length=length)
        if length == 10:  # then only what is announced is read
            assert get(f"{web.origin}/f").body == b"x" * 10
        else:
            with pytest.raises(FetchError, match="trop gros"):
                get(f"{web.origin}/f")

    def test_a_file_cut_short_is_refused(self, web):
        web.pages["/f"] = Page(b"x" * 10, length=20)
        with pytest.raises(FetchError, match="ne répond pas"):
            get(f"{web.origin}/f")

    def test_a_bomb_is_not_unpacked(self, web):
        bomb = gzip.compress(b"0" * 10_000_000)
        web.pages["/f"] = Page(bomb, headers={"Content-Encoding": "gzip"})
        with pytest.raises(FetchError, match="compressé"):
            get(f"{web.origin}/f", max_bytes=100_000)

    def test_an_answer_that_trickles_is_cut(self, web):
        web.pages["/f"] = Page(b"x" * 200, pause=0.05)
        start = time.monotonic()
        with pytest.raises(FetchError, match="trop de temps"):
            get(f"{web.origin}/f", timeout=0.3)
        assert time.monotonic() - start < 4

    @pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nX: "])
    def test_headers_that_trickle_are_cut(self, settings, greeting):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings.FETCH_TRUSTED_ORIGINS = [origin]
            threading.Thread(target=trickle, args=(listener, greeting), daemon=True).start()
            start = time.monotonic()
            with pytest.raises(FetchError, match="trop de temps"):
                get(f"{origin}/", timeout=0.3)
        assert time.monotonic() - start < 4

    def test_what_is_not_http_is_refused(self, settings):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings.FETCH_TRUSTED_ORIGINS = [origin]
            threading.Thread(target=greet, args=(listener, b"SSH-2.0-x\r\n"), daemon=True).start()
            with pytest.raises(FetchError, match="ne répond pas"):
                get(f"{origin}/")


class TestRedirects:
    def test_a_redirect_is_followed(self, web):
        web.pages["/b"] = Page()
        web.redirect("/c", "/b", 308)
        assert get(f"{web.origin}/c").url == f"{web.origin}/b"

    def test_three_redirects_are_enough(self, web):
        for hop in range(4):
            web.redirect(f"/{hop}", f"/{hop + 1}")
        web.pages["/4"] = Page()
        assert get(f"{web.origin}/1").url.endswith("/4")
        with pytest.raises(FetchError, match="trop de fois"):
            get(f"{web.origin}/0")

    @pytest.mark.parametrize(
        "to",
        [
            "http://127.0.0.1:1/",
            "https://127.0.0.1/",
            "//127.0.0.1/",
            "https://[::1]/",
            "http://exemple.fr/",
            "https://u:p@exemple.fr/",
            "file:///etc/passwd",
            "https://169.254.169.254/latest/",
        ],
    )
    def test_a_redirect_passes_the_same_checks(self, web, to):
        web.redirect("/a", to)
        with pytest.raises(FetchError, match=r"privé|https://|utilisateur|valide"):
            get(f"{web.origin}/a")
        assert len(web.seen) == 1

    def test_a_redirect_is_not_read(self, web):
        web.pages["/a"] = Page(b"x" * 9999, status=302, headers={"Location": "/b"})
        web.pages["/b"] = Page()
        assert get(f"{web.origin}/a").body == b"ok"

    def test_the_time_given_is_for_all_of_them(self, web):
        for hop in range(3):
            page = Page(b"", status=302, headers={"Location": f"/{hop + 1}"})
            web.pages[f"/{hop}"] = page
        web.pages["/3"] = Page(b"x" * 100, pause=0.05)
        start = time.monotonic()
        with pytest.raises(FetchError, match="trop de temps"):
            get(f"{web.origin}/0", timeout=0.4)
        assert time.monotonic() - start < 4

    def test_where_an_address_leads_is_told_without_reading_it(self, web):
        web.redirect("/a", "/b")
        web.pages["/b"] = Page(b"x" * 100_000, type="text/html")
        assert final_url(f"{web.origin}/a", timeout=2) == f"{web.origin}/b"


def trickle(listener: socket.socket, greeting: bytes) -> None:
    client, _ = listener.accept()
    with client:
        try:
            client.sendall(greeting)
            for _ in range(100):
                time.sleep(0.05)
                client.sendall(b"x")
        except OSError:
            return


def greet(listener: socket.socket, greeting: bytes) -> None:
    client, _ = listener.accept()
    with client:
        client.sendall(greeting)
