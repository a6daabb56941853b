"""Starting the real provider: npm's oidc-provider, installed once, on a port of its own."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.missing import missing

HERE = Path(__file__).parent
SERVICE = "http://testserver"
"""Origin of the site for Django's test client."""


@contextmanager
def running_provider() -> Iterator[str]:
    """The issuer of a provider that runs for the time of the block."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing("Node.js and npm are needed to run a real OpenID Connect provider.")
    _install(npm)
    command = [node, "--no-warnings", "provider.mjs", SERVICE]
    with subprocess.Popen(
        command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield _issuer(process)
        finally:
            process.terminate()


def _issuer(process: subprocess.Popen[str]) -> str:
    for line in process.stdout:
        if line.startswith("READY"):
            return line.split()[1]
    pytest.fail("oidc-provider did not start")


def _install(npm: str) -> None:
    """`npm ci` once for each state of the lock file, one process at a time."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    with (HERE / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
            return
        options = ["--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run([npm, "ci", *options], cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            missing(f"npm ci failed: {done.stderr[-500:]}")
        stamp.touch()
