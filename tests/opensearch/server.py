"""A real OpenSearch server, or a cluster of three, started and stopped by this process.

The server dies with the process that started it, however that one ends.
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from tests.opensearch.distribution import OPENSEARCH_3, Distribution, provision
from tests.opensearch.java import find_java

QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Java's options for a server that starts soon and lives for minutes."""
STEADY = ("-XX:+UseG1GC", "-XX:G1ReservePercent=25", "-XX:InitiatingHeapOccupancyPercent=30")
"""Java's options for a server that lives for hours, or is measured."""

QUIRKS = (
    # Without its native part JNA cannot tell who runs the server: root may.
    "-Djna.nosys=true",
    "-Djna.nounpack=true",
    "-Djna.boot.library.path=/nonexistent",
    # Without these it stops with a ClassCastException.
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
    "-XX:-OmitStackTraceInFastThrow",
)

# No proxy of the environment stands between this machine and itself.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(url: str, *, method: str = "GET", body: object = None, timeout: float = 30) -> Any:
    """Ask a server over plain REST; returns the decoded JSON, or the text where it is none.

    Raises `urllib.error.HTTPError` for an answer of 400 or more, `OSError` for no answer.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with _direct.open(request, timeout=timeout) as answer:
        text = answer.read().decode()
    return json.loads(text) if text.startswith(("{", "[")) else text


class Server:
    """One node that keeps everything in `folder`; used as a context, or by its methods.

    `port` 0 takes a free port, which a restart keeps (3.x only: 2.19 takes another one each time).
    `settings` are lines of opensearch.yml.
    """

    def __init__(
        self,
        distribution: Distribution,
        folder: Path,
        *,
        port: int = 0,
        heap: str = "512m",
        java_options: tuple[str, ...] = QUICK,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.distribution = distribution
        self.folder = folder
        self.port = port
        self.heap = heap
        self.java_options = java_options
        self.settings = settings or {"discovery.type": "single-node", "transport.port": "0"}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def _node(self) -> Path:
        # The 2.19 runner keeps each of its nodes in a folder of this name.
        return self.folder if self.distribution is OPENSEARCH_3 else self.folder / "node_1"

    def start(self) -> Self:
        """Start, and wait until every index answers. Raises `Unavailable` or `RuntimeError`."""
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Start without waiting, so that several start at once; `wait` does the rest."""
        prepare(self.distribution)
        self._run("-Xshare:auto", f"-XX:SharedArchiveFile={self.distribution.classes}")

    def wait(self, timeout: float = 120) -> None:
        """Wait until every index answers; `timeout` in seconds."""
        deadline = time.monotonic() + timeout
        ports = self._node / "logs" / "http.ports"
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process = None
                end = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
                raise RuntimeError(f"OpenSearch {self.distribution.version} ended:\n{end}")
            if ports.is_file() and (address := ports.read_text(encoding="ascii").strip()):
                self.port = int(address.rpartition(":")[2])
                with suppress(OSError):
                    wait_for_health(self.url, "yellow")
                    return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"OpenSearch {self.distribution.version} did not answer: {self.log}")

    def stop(self) -> None:
        """Ask the server to end cleanly, and see that it does."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, *archive: str) -> None:
        self._configure()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(archive),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for whoever started the server
            )

    def _configure(self) -> None:
        node = self._node
        for name in ("config", "data", "logs", "tmp", "repository"):
            (node / name).mkdir(parents=True, exist_ok=True)
        for ports in (node / "logs").glob("*.ports"):
            ports.unlink()
        logging = self.distribution.home / "config" / "log4j2.properties"
        shutil.copyfile(logging, node / "config" / logging.name)
        settings = {
            "network.host": "127.0.0.1",
            "node.portsfile": "true",
            "path.repo": str(node / "repository"),
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **self.settings,
        }
        if self.distribution is OPENSEARCH_3:  # the runner of 2.19 sets its own
            settings |= {
                "http.port": str(self.port),
                "path.data": str(node / "data"),
                "path.logs": str(node / "logs"),
                "bootstrap.system_call_filter": "false",
            }
        lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
        (node / "config" / "opensearch.yml").write_text(lines, encoding="utf-8")

    def _command(self, archive: tuple[str, ...]) -> list[str]:
        home, node = self.distribution.home, self._node
        options = [
            f"-Xms{self.heap}",
            f"-Xmx{self.heap}",
            *self.java_options,
            *archive,
            *QUIRKS,
            f"-Djava.io.tmpdir={node / 'tmp'}",
            f"-XX:ErrorFile={node / 'logs' / 'hs_err.log'}",
            *("-cp", f"{home / 'lib'}/*"),
        ]
        if self.distribution is OPENSEARCH_3:
            options += [
                f"-Dopensearch.path.home={home}",
                f"-Dopensearch.path.conf={node / 'config'}",
                "org.opensearch.bootstrap.OpenSearch",
            ]
        else:
            options += [
                "org.codelibs.opensearch.runner.OpenSearchRunner",
                *("-basePath", str(self.folder), "-numOfNode", "1", "-baseHttpPort", "-1"),
            ]
        # Where util-linux is missing, a server may outlive a parent that was killed.
        watched = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
        return [*watched, str(find_java(self.distribution.java)), *options]


def wait_for_health(url: str, status: str, *, nodes: int = 1, timeout: float = 30) -> None:
    """Wait until a cluster is `yellow` or `green` and has so many nodes, or more. Raises `OSError`."""
    wait = f"wait_for_status={status}&wait_for_nodes=ge({nodes})&timeout={timeout:.0f}s"
    call(f"{url}/_cluster/health?{wait}", timeout=timeout + 5)


def prepare(distribution: Distribution) -> None:
    """See that a version can be started. Raises `Unavailable` with what is missing."""
    find_java(distribution.java)
    provision(distribution, warm_up=lambda: archive_classes(distribution))


def archive_classes(distribution: Distribution) -> None:
    """Start and stop a server once: Java writes down the classes it loaded."""
    with tempfile.TemporaryDirectory(prefix="opensearch-") as folder:
        server = Server(distribution, Path(folder))
        server._run(f"-XX:ArchiveClassesAtExit={distribution.classes}")
        try:
            server.wait()
            call(f"{server.url}/warm/_doc/1?refresh", method="PUT", body={"text": "mot"})
            call(f"{server.url}/warm/_search?q=mot")
        finally:
            server.stop()


@contextmanager
def cluster(folder: Path, *, nodes: int = 3) -> Iterator[list[Server]]:
    """Start a cluster of 3.x nodes, each with its files in a folder of its own."""
    ports = free_ports(nodes)
    names = [f"n{number}" for number in range(1, nodes + 1)]
    common = {
        "cluster.name": folder.name,
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports),
        "cluster.initial_cluster_manager_nodes": ",".join(names),
    }
    servers = [
        Server(
            OPENSEARCH_3,
            folder / name,
            heap="384m",
            settings={**common, "node.name": name, "transport.port": str(port)},
        )
        for name, port in zip(names, ports, strict=True)
    ]
    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait()
        wait_for_health(servers[0].url, "green", nodes=nodes)
        yield servers
    finally:
        for server in servers:
            server.kill()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on, told before anybody does."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
