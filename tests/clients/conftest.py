"""A lake on a local AWS for other people's clients, which have an environment of their own (`make test-clients`).

The local AWS runs in the project's environment, as it does for everybody; here only its address is known, in the
variables that a user sets.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT_PYTHON = os.environ.get("STREAMLAKE_PYTHON") or str(REPOSITORY / ".venv" / "bin" / "python")

# The environment of `make test` has no such clients.
collect_ignore_glob = [] if importlib.util.find_spec("awswrangler") else ["test_*.py"]


@dataclass(frozen=True)
class Lake:
    """A filled lake, with the names of the one that `make deploy` makes."""

    port: int
    families: dict[str, int]
    days: dict[str, int]
    database: str = "streamlake_local"
    workgroup: str = "streamlake-local"
    data_bucket: str = "streamlake-local-data-000000000000-us-east-1"
    results_bucket: str = "streamlake-local-results-000000000000-us-east-1"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def staging(self) -> str:
        """Where clients that name a place themselves put results."""
        return f"s3://{self.results_bucket}/clients/"

    @property
    def total(self) -> int:
        return sum(self.families.values())


def user_variables(port: int) -> dict[str, str]:
    """The variables that a user of the local AWS sets."""
    endpoint = f"http://127.0.0.1:{port}"
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    port = _free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "STREAMLAKE_", "WR_", "DBT_"))]:
            patch.delenv(name)
        for name, value in user_variables(port).items():
            patch.setenv(name, value)
        own = {
            "STREAMLAKE_PORT": str(port),
            "STREAMLAKE_STATE_DIR": str(tmp_path_factory.mktemp("local-aws") / "state"),
            "STREAMLAKE_DELIVERY": "0",
        }
        _project("local_aws", "up", **own)
        try:
            stored = json.loads(_project("tests.clients.fill_lake", f"http://127.0.0.1:{port}", **own))
            yield Lake(port, **stored)
        finally:
            _project("local_aws", "down", **own)


@pytest.fixture
def s3(lake: Lake) -> Iterator[object]:
    """boto3's own client, to look at what others have stored."""
    client = boto3.client("s3", endpoint_url=lake.endpoint)
    yield client
    client.close()


def _project(module: str, *arguments: str, **variables: str) -> str:
    """Run a module of the project in its environment; gives what it prints."""
    done = subprocess.run(
        [PROJECT_PYTHON, "-m", module, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
