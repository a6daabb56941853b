"""The servers that tests rely on are real ones: they keep what they acknowledged."""

import shutil
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

import pytest

from tests.opensearch import distribution, java
from tests.opensearch.distribution import OPENSEARCH_2, OPENSEARCH_3
from tests.opensearch.java import Unavailable
from tests.opensearch.server import Server, call, cluster, wait_for_health


def add(url: str, index: str, number: int) -> None:
    call(f"{url}/{index}/_doc/{number}", method="PUT", body={"number": number})


def count(url: str, index: str) -> int:
    call(f"{url}/{index}/_refresh", method="POST")
    return call(f"{url}/{index}/_count")["count"]


@pytest.mark.parametrize(("server", "version"), [("opensearch_3", "3."), ("opensearch_2", "2.19.")])
def test_both_versions_answer_and_know_french(request, server, version, opensearch_index):
    url = request.getfixturevalue(server)
    assert call(url)["version"]["number"].startswith(version)
    body = {"analyzer": "french", "text": "l'élection des maires"}
    tokens = call(f"{url}/_analyze", method="POST", body=body)["tokens"]
    assert [token["token"] for token in tokens] == ["election", "mair"]
    add(url, opensearch_index, 1)
    assert count(url, opensearch_index) == 1


@pytest.mark.parametrize("version", [OPENSEARCH_3, OPENSEARCH_2], ids=lambda one: one.version)
def test_what_was_acknowledged_outlives_a_crash(version, tmp_path, opensearch_ready):
    with Server(version, tmp_path) as server:
        first = server.url
        for number in range(20):
            add(server.url, "kept", number)
        server.kill()
        with pytest.raises(OSError, match="refused"):
            call(first)
        server.start()
        assert count(server.url, "kept") == 20
        assert version is OPENSEARCH_2 or server.url == first


def test_a_cluster_that_loses_its_manager_goes_on(tmp_path, opensearch_ready):
    with cluster(tmp_path / "three") as servers:
        by_name = {server.settings["node.name"]: server for server in servers}
        settings = {"settings": {"number_of_shards": 1, "number_of_replicas": 2}}
        call(f"{servers[0].url}/kept", method="PUT", body=settings)
        wait_for_health(servers[0].url, "green", nodes=3)
        for number in range(20):
            add(servers[0].url, "kept", number)
        lost = by_name[call(f"{servers[0].url}/_cat/cluster_manager?h=node").strip()]
        lost.kill()
        left = next(server for server in servers if server is not lost)
        add(left.url, "kept", 20)
        assert count(left.url, "kept") == 21
        lost.start()
        wait_for_health(left.url, "green", nodes=3)
        assert count(lost.url, "kept") == 21


def test_a_server_dies_with_the_process_that_started_it(tmp_path, opensearch_ready):
    code = (
        "import sys, time; from pathlib import Path; "
        "from tests.opensearch.server import OPENSEARCH_3, Server; "
        "server = Server(OPENSEARCH_3, Path(sys.argv[1])).start(); "
        "print(server.url, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        url = parent.stdout.readline().strip()
        assert call(url)["version"]
        parent.kill()
    for _ in range(100):
        try:
            call(url)
        except (urllib.error.URLError, OSError):
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its parent")


def test_a_start_that_fails_shows_the_log_of_the_server(tmp_path, opensearch_ready):
    server = Server(OPENSEARCH_3, tmp_path, settings={"no.such.setting": "1"})
    with pytest.raises(RuntimeError, match=r"no\.such\.setting"):
        server.start()


def test_an_existing_server_is_used_and_named_by_the_sites_own_setting(tmp_path):
    code = "import os; print(os.environ['TEST_OPENSEARCH_3'], os.environ['TEST_OPENSEARCH_2'])"
    done = subprocess.run(
        [sys.executable, "-m", "tests.opensearch", sys.executable, "-c", code],
        env={
            "PATH": "/usr/bin",
            "OPENSEARCH_URL": "http://127.0.0.1:9200/,http://127.0.0.1:9201",
            "TEST_OPENSEARCH_2": "http://127.0.0.1:9202",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["http://127.0.0.1:9200", "http://127.0.0.1:9202"]


def test_a_command_without_java_fails_in_ci_and_says_why(tmp_path):
    environment = {"PATH": str(tmp_path), "VAR_ROOT": str(tmp_path), "CI": "true"}
    code = (
        "import sys; from pathlib import Path; import tests.opensearch.java as java; "
        "java.INSTALLED = Path(sys.argv[1]); "
        "from tests.opensearch.__main__ import main; sys.exit(main(['true']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no Java 21" in done.stderr
    assert "JAVA_21_HOME" in done.stderr


def runtime(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch()
    (folder / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return folder


def test_the_java_that_the_environment_names_comes_first(tmp_path, monkeypatch):
    installed = runtime(tmp_path / "jvm" / "temurin-21", "21.0.4").parent
    named = runtime(tmp_path / "named", "25.0.1")
    monkeypatch.setattr(java, "INSTALLED", installed)
    monkeypatch.setenv("JAVA_21_HOME", str(named))
    assert java.find_java(range(21, 100)) == named / "bin" / "java"
    monkeypatch.delenv("JAVA_21_HOME")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert java.find_java(range(21, 24)) == installed / "temurin-21" / "bin" / "java"
    with pytest.raises(Unavailable, match="no Java 40 to 49"):
        java.find_java(range(40, 50))


def test_jars_that_are_not_the_promised_ones_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("VAR_ROOT", str(tmp_path))
    lib = OPENSEARCH_3.home / "lib"
    lib.mkdir(parents=True)
    for line in (OPENSEARCH_3.recipe / "jars.sha256").read_text().splitlines():
        (lib / line.split()[1]).write_text("not it")
    with pytest.raises(Unavailable, match=r"opensearch-3\.8\.0\.jar"):
        distribution.verify(OPENSEARCH_3)


def test_without_maven_the_reason_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Unavailable, match="Maven"):
        distribution.fetch(OPENSEARCH_2)


def test_two_builders_wait_for_each_other_and_build_once(tmp_path):
    """Two processes ask for the same distribution: Maven, here a stand-in, is run once."""
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text(
        f"#!{sys.executable}\n"
        "import sys, time; from pathlib import Path\n"
        f"open({str(tmp_path / 'runs')!r}, 'a').write('run\\n'); time.sleep(0.5)\n"
        "lib = Path(sys.argv[-1].partition('=')[2]); lib.mkdir(parents=True)\n"
        "(lib / 'a.jar').write_bytes(b'a')\n"
    )
    maven.chmod(0o755)
    recipe = tmp_path / "recipe"
    recipe.mkdir()
    (recipe / "pom.xml").write_text("<project/>")
    a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    (recipe / "jars.sha256").write_text(f"{a}  a.jar\n")
    code = (
        "import sys; from pathlib import Path; from tests.opensearch.distribution import *; "
        "provision(Distribution('1', Path(sys.argv[1]), range(1, 2)), warm_up=lambda: None)"
    )
    environment = {"PATH": str(maven.parent), "VAR_ROOT": str(tmp_path / "var")}
    builders = [
        subprocess.Popen([sys.executable, "-c", code, str(recipe)], env=environment)
        for _ in range(2)
    ]
    assert [builder.wait() for builder in builders] == [0, 0]
    assert (tmp_path / "runs").read_text() == "run\n"
