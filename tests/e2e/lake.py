"""A lake in a copy of the repository, driven by the commands a person types."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.athena import run as run_sql
from scripts.deployment import Outputs, parse_outputs
from scripts.paths import REPOSITORY
from tests.gateway_fixture import free_port

# What a person's shell may hold and a new machine's does not.
FOREIGN_VARIABLES = ("AWS_", "TF_", "STREAMLAKE_", "LOCALSTACK_", "MAKE", "MFLAGS", "TARGET", "PORT", "ENV")


# parliament warns of its own imports, so it has an interpreter of its own.
LINT = """
import json, sys
from parliament import analyze_policy_string
policies = json.load(sys.stdin)
print(json.dumps({name: [str(one) for one in analyze_policy_string(text).findings] for name, text in policies.items()}))
"""


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str


@dataclass
class Lake:
    """A copy of the repository in a folder of its own, with a local AWS on a port of its own."""

    folder: Path
    port: int = field(default_factory=free_port)

    @classmethod
    def copy_into(cls, folder: Path) -> Lake:
        """Copy what git knows or would take, and share the installed environment."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            source = REPOSITORY / name
            if source.is_file():  # a file deleted but not yet committed is still listed
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / name)
        (folder / ".venv").symlink_to(REPOSITORY / ".venv")
        return cls(folder)

    def environment(self, changes: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a new machine's variables, plus the port and ``changes``."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_VARIABLES)}
        return {**clean, "PORT": str(self.port), "STREAMLAKE_PORT": str(self.port), **(changes or {})}

    def run(self, *command: str, where: str = ".", allow: tuple[int, ...] = (0,), **changes: str) -> Answer:
        """Run a command in the copy; fail with its output when it ends otherwise than allowed."""
        done = subprocess.run(
            command,
            cwd=self.folder / where,
            env=self.environment(changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode in allow, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
        return Answer(done.returncode, done.stdout)

    def make(self, *words: str, allow: tuple[int, ...] = (0,), **changes: str) -> Answer:
        """Run ``make`` with what a person would type after it."""
        return self.run("make", *words, allow=allow, **changes)

    def terraform(self, *words: str, allow: tuple[int, ...] = (0,), **changes: str) -> Answer:
        """Run a bare ``terraform`` in ``terraform/``, as from a shell that never heard of this project."""
        bare = {
            name: value
            for name, value in self.environment(changes).items()
            if name not in ("PORT", "STREAMLAKE_PORT")
        }
        done = subprocess.run(
            ["terraform", *words],
            cwd=self.folder / "terraform",
            env=bare,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode in allow, (
            f"terraform {' '.join(words)} ended with {done.returncode}:\n{done.stdout}"
        )
        return Answer(done.returncode, done.stdout)

    def produce(self, *arguments: str) -> dict[str, Any]:
        """Run the producer and return its report."""
        done = subprocess.run(
            [sys.executable, "-m", "producer", *arguments, "--show", "0", "--output", "json"],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def outputs(self) -> Outputs:
        """Read the deployment's outputs with terraform itself."""
        values = json.loads(self.terraform("output", "-json").out)
        return parse_outputs({name: output["value"] for name, output in values.items()})


def column(outputs: Outputs, sql: str) -> list[str]:
    """Return the first column of a query's rows."""
    return [row[0] or "" for row in run_sql(outputs, sql).rows]


def objects(client: Any, bucket: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield every object under a prefix, unpacked when its name ends in ``.gz``."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", ()):
            body: bytes = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            yield item["Key"], gzip.decompress(body) if item["Key"].endswith(".gz") else body


def quarantined(client: Any, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
    """Return (error type, raw record) of every record under the error prefix."""
    found: list[tuple[str, bytes]] = []
    for key, body in objects(client, bucket, prefix):
        kind = key.removeprefix(prefix).split("/")[0]
        found += [(kind, base64.b64decode(json.loads(line)["rawData"])) for line in body.splitlines()]
    return found


def lint_policies(policies: Mapping[str, str]) -> dict[str, list[str]]:
    """Return parliament's findings for each policy document."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LINT],
        input=json.dumps(policies),
        capture_output=True,
        text=True,
        check=True,
    )
    findings: dict[str, list[str]] = json.loads(done.stdout)
    return findings
