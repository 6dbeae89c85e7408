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
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import psutil

from scripts.athena import run as run_sql
from scripts.deployment import Outputs, parse_outputs
from scripts.paths import REPOSITORY
from scripts.session import Session, session_for
from tests.gateway_fixture import free_port

# What a person's shell may hold and a new machine's does not.
FOREIGN_VARIABLES = ("AWS_", "TF_", "STREAMLAKE_", "LOCALSTACK_", "MAKE", "MFLAGS", "TARGET", "PORT", "ENV")


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str


@dataclass
class Lake:
    """A copy of the repository in a folder of its own, with a local AWS on a port of its own that enforces IAM."""

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
        with (folder / "terraform" / "environments" / "local.tfvars").open("a", encoding="utf-8") as settings:
            settings.write("\naccess_policies = true\n")
        return cls(folder)

    def environment(self, changes: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a new machine's variables, plus the port and ``changes``."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_VARIABLES)}
        own = {"PORT": str(self.port), "STREAMLAKE_PORT": str(self.port), "STREAMLAKE_AUTH": "true"}
        return {**clean, **own, **(changes or {})}

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
            if name not in ("PORT", "STREAMLAKE_PORT", "STREAMLAKE_AUTH")
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

    def produce(self, *arguments: str, **changes: str) -> dict[str, Any]:
        """Run the producer and return its report."""
        done = subprocess.run(
            [sys.executable, "-m", "producer", *arguments, "--show", "0", "--output", "json"],
            cwd=self.folder,
            env=self.environment(changes),
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
        return parse_outputs(self.output_values())

    def output_values(self) -> dict[str, Any]:
        """Read all output values, those too that the tools do not use."""
        values = json.loads(self.terraform("output", "-json").out)
        return {name: output["value"] for name, output in values.items()}


@contextmanager
def stopped(lake: Lake) -> Iterator[Lake]:
    """Stop the lake's local AWS at the end of a block, and see that nothing of it is left running."""
    try:
        yield lake
    finally:
        lake.make("down", allow=(0, 1, 2))
        left = [process for process in psutil.process_iter() if str(lake.folder) in _where(process)]
        for process in left:
            process.kill()
        assert not left, f"processes left behind: {left}"


def _where(process: psutil.Process) -> str:
    try:
        return f"{process.cwd()} {' '.join(process.cmdline())} {process.environ().get('STREAMLAKE_STATE_DIR', '')}"
    except psutil.Error:
        return ""


@dataclass(frozen=True)
class Person(Outputs):
    """The lake as a user with one of its managed policies sees it."""

    name: str = ""
    keys: tuple[str, str] = ("", "")

    @classmethod
    def hire(cls, outputs: Outputs, name: str, policy_arn: str) -> Person:
        """Make a user who has this policy and nothing else."""
        iam = outputs.session().client("iam")
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        known = {one.name: getattr(outputs, one.name) for one in fields(Outputs)}
        return cls(**known, name=name, keys=(key["AccessKeyId"], key["SecretAccessKey"]))

    def session(self) -> Session:
        """Make a session of this user."""
        return session_for(self.target, self.endpoint, self.region, self.keys)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables by which a command is run as this user."""
        return {"STREAMLAKE_ACCESS_KEY_ID": self.keys[0], "STREAMLAKE_SECRET_ACCESS_KEY": self.keys[1]}

    def leave(self, root: Outputs) -> None:
        """Remove the user."""
        iam = root.session().client("iam")
        for policy in iam.list_attached_user_policies(UserName=self.name)["AttachedPolicies"]:
            iam.detach_user_policy(UserName=self.name, PolicyArn=policy["PolicyArn"])
        iam.delete_access_key(UserName=self.name, AccessKeyId=self.keys[0])
        iam.delete_user(UserName=self.name)


@dataclass
class OnCall:
    """Somebody who hears of the lake's alarms: a queue that is subscribed to their topic."""

    lake: str
    sqs: Any
    queue: str
    told: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def subscribe(cls, outputs: Outputs, topic_arn: str) -> OnCall:
        """Make the queue and subscribe it to the topic."""
        session, arn = outputs.session(), f"arn:aws:sqs:{outputs.region}:{outputs.account_id}:on-call"
        may_send = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
        sqs = session.client("sqs")
        queue = sqs.create_queue(QueueName="on-call", Attributes={"Policy": policy})["QueueUrl"]
        session.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        return cls(topic_arn.rpartition(":")[2].removesuffix("-alarms"), sqs, queue)

    def heard(self, alarm: str) -> bool:
        """Tell whether the alarm ``<lake>-<alarm>`` has said that it went off; takes what is in the queue."""
        answer = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for one in answer.get("Messages", ()):
            message = json.loads(json.loads(one["Body"])["Message"])
            self.told.add((message["AlarmName"], message["NewStateValue"]))
        return (f"{self.lake}-{alarm}", "ALARM") in self.told


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
