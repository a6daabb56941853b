"""OpenSearch laid out on the disk from Maven's repository, once for all runs.

Where that repository is, is Maven's own setting. The jars must be those of `jars.sha256`.
"""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from config.environment import ROOT, path
from tests.opensearch.java import Unavailable

HERE = Path(__file__).parent
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] [%node_name] %m%n
rootLogger.level = ${sys:os.log.level:-info}
rootLogger.appenderRef.console.ref = console
"""


class Module(NamedTuple):
    """A plugin that the server loads from a folder of its own, never from the class path."""

    name: str
    jars: tuple[str, ...]
    plugin: str
    extends: str = ""


@dataclass(frozen=True)
class Distribution:
    """A version, the folder of its recipe (pom.xml, jars.sha256), and the Javas that run it."""

    version: str
    recipe: Path
    java: range
    modules: tuple[Module, ...] = ()

    @property
    def home(self) -> Path:
        return path("VAR_ROOT", "var") / "opensearch" / self.version

    @property
    def classes(self) -> Path:
        """Archive of loaded classes: the next starts take a third of the time."""
        return self.home / "classes.jsa"


OPENSEARCH_3 = Distribution(
    version="3.8.0",
    recipe=HERE / "version-3",
    java=range(21, 100),
    modules=(
        Module("transport-netty4", ("transport-netty4-client",), "transport.Netty4ModulePlugin"),
        Module(
            "lang-painless",
            ("lang-painless", "opensearch-scripting-painless-spi"),
            "painless.PainlessModulePlugin",
        ),
        Module(
            "analysis-common",
            ("analysis-common",),
            "analysis.common.CommonAnalysisModulePlugin",
            extends="lang-painless",
        ),
        Module(
            "analysis-phonetic", ("analysis-phonetic",), "plugin.analysis.AnalysisPhoneticPlugin"
        ),
        Module("reindex", ("reindex-client",), "index.reindex.ReindexModulePlugin"),
        Module("lang-expression", ("lang-expression",), "script.expression.ExpressionModulePlugin"),
        Module("lang-mustache", ("lang-mustache-client",), "script.mustache.MustacheModulePlugin"),
        Module("mapper-extras", ("mapper-extras-client",), "index.mapper.MapperExtrasModulePlugin"),
        Module("parent-join", ("parent-join-client",), "join.ParentJoinModulePlugin"),
        Module("percolator", ("percolator-client",), "percolator.PercolatorModulePlugin"),
        Module("rank-eval", ("rank-eval-client",), "index.rankeval.RankEvalModulePlugin"),
        Module(
            "aggs-matrix-stats",
            ("aggs-matrix-stats-client",),
            "search.aggregations.matrix.MatrixAggregationModulePlugin",
        ),
        Module("geo", ("geo",), "geo.GeoModulePlugin"),
        Module("ingest-common", ("ingest-common",), "ingest.common.IngestCommonModulePlugin"),
        Module(
            "search-pipeline-common",
            ("search-pipeline-common",),
            "search.pipeline.common.SearchPipelineCommonModulePlugin",
        ),
        Module(
            "repository-url", ("repository-url",), "plugin.repository.url.URLRepositoryModulePlugin"
        ),
    ),
)
# Its security manager went away with Java 24.
OPENSEARCH_2 = Distribution(version="2.19.1", recipe=HERE / "version-2", java=range(17, 24))


def provision(distribution: Distribution, warm_up: Callable[[], None]) -> None:
    """Lay the distribution out unless it is there; one process builds, the others wait.

    `warm_up` starts and stops the server once, writing its archive of classes. Raises
    `Unavailable` when Maven is missing or cannot bring the jars that the recipe promises.
    """
    home = distribution.home
    home.parent.mkdir(parents=True, exist_ok=True)
    stamp = home / "complete"
    recipe = fingerprint(distribution)
    with locked(home.with_name(f"{distribution.version}.lock")):
        if stamp.is_file() and stamp.read_text(encoding="ascii") == recipe:
            return
        shutil.rmtree(home, ignore_errors=True)
        fetch(distribution)
        verify(distribution)
        lay_out(distribution)
        warm_up()
        stamp.write_text(recipe, encoding="ascii")


def fingerprint(distribution: Distribution) -> str:
    """Hash of what decides the layout: when it changes, the next run builds anew."""
    digest = hashlib.sha256(repr(distribution.modules).encode())
    for name in ("pom.xml", "jars.sha256"):
        digest.update((distribution.recipe / name).read_bytes())
    return digest.hexdigest()


def fetch(distribution: Distribution) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Maven (mvn) is not installed: it brings OpenSearch's jars")
    command = [maven, "-B", "-q", "-C", "-f", str(distribution.recipe / "pom.xml")]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime"]
    command += [f"-DoutputDirectory={distribution.home / 'lib'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise Unavailable(f"Maven could not bring OpenSearch: {done.stdout[-1500:]}")


def verify(distribution: Distribution) -> None:
    """Compare every jar with the list of the recipe, none missing and none more."""
    listed = (distribution.recipe / "jars.sha256").read_text(encoding="ascii").splitlines()
    promised = {name: digest for digest, name in (line.split() for line in listed)}
    found = {
        jar.name: hashlib.sha256(jar.read_bytes()).hexdigest()
        for jar in (distribution.home / "lib").iterdir()
    }
    if found != promised:
        different = sorted(name for name, _ in promised.items() ^ found.items())
        raise Unavailable(f"OpenSearch's jars are not the promised ones: {', '.join(different)}")


def lay_out(distribution: Distribution) -> None:
    version, home = distribution.version, distribution.home
    for name in ("modules", "plugins", "config"):
        (home / name).mkdir()
    (home / "config" / "log4j2.properties").write_text(LOGGING, encoding="ascii")
    for module in distribution.modules:
        folder = home / "modules" / module.name
        folder.mkdir()
        for jar in module.jars:
            (home / "lib" / f"{jar}-{version}.jar").rename(folder / f"{jar}-{version}.jar")
        descriptor = {
            "name": module.name,
            "description": module.name,
            "version": version,
            "opensearch.version": version,
            "java.version": distribution.java.start,
            "classname": f"org.opensearch.{module.plugin}",
            "extended.plugins": module.extends,
            "has.native.controller": "false",
        }
        lines = "".join(f"{key}={value}\n" for key, value in descriptor.items())
        (folder / "plugin-descriptor.properties").write_text(lines, encoding="ascii")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes for the time of the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
