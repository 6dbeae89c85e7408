"""What a change of each variable of `delivery` and `stream` plans: in place, a replacement, or nothing.

A replaced stream loses what it holds, and a replaced delivery stream what it has gathered; which variables do that is
part of the modules' promise. Many instances are deployed as they are, then each is planned with one variable changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from scripts import terraform_cli
from scripts.paths import TERRAFORM
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

IN_PLACE, REPLACED, UNTOUCHED = ("update",), ("delete", "create"), ("no-op",)
ADDRESSES = {"delivery": "aws_kinesis_firehose_delivery_stream.this", "stream": "aws_kinesis_stream.this"}

BUCKET, KEY = (
    "changes-lake-data",
    "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555",
)
DATABASE = "changes_lake"
ERRORS = "errors/!{firehose:error-output-type}/"
BY_ARRIVAL = {"bucket": BUCKET, "prefix": "data/dt=!{timestamp:yyyy-MM-dd}/", "error_prefix": ERRORS}
BY_KEY = {**BY_ARRIVAL, "prefix": "data/kind=!{partitionKeyFromLambda:kind}/"}
BY_QUERY = {**BY_ARRIVAL, "prefix": "data/kind=!{partitionKeyFromQuery:kind}/"}
FUNCTION = {"function_arn": "arn:aws:lambda:us-east-1:000000000000:function:transform:$LATEST"}
PARQUET = {"database_name": DATABASE, "table_name": "events"}
JSON = {"type": "json"}
BACKUP = {"bucket": "changes-lake-raw", "prefix": "raw/"}
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"


@dataclass(frozen=True)
class Case:
    """One variable that changes: what it was, what it becomes, and what else the instance needs."""

    module: str
    variable: str
    before: Any
    after: Any
    planned: tuple[str, ...]
    others: Mapping[str, Any] = field(default_factory=dict)


def _delivery(variable: str, before: Any, after: Any, planned: tuple[str, ...], **others: Any) -> Case:
    base = {"source_stream": {"arn": "<first>"}, "destination": BY_ARRIVAL, "format": PARQUET}
    return Case("delivery", variable, before, after, planned, {**base, **others})


def _stream(variable: str, before: Any, after: Any, planned: tuple[str, ...]) -> Case:
    return Case("stream", variable, before, after, planned)


# The predictions are those of the provider's documentation and of AWS: see the notes beside the surprising ones.
CASES = {
    "name": _delivery("name", "<name>-a", "<name>-b", REPLACED),
    "source": _delivery("source_stream", {"arn": "<first>"}, {"arn": "<second>"}, REPLACED),
    "source-key": _delivery(
        "source_stream", {"arn": "<first>"}, {"arn": "<first>", "kms_key_arn": KEY}, UNTOUCHED
    ),
    "to-direct-put": _delivery("source_stream", {"arn": "<first>"}, None, REPLACED),
    "prefix": _delivery("destination", BY_ARRIVAL, {**BY_ARRIVAL, "prefix": "moved/"}, IN_PLACE),
    "error-prefix": _delivery(
        "destination", BY_ARRIVAL, {**BY_ARRIVAL, "error_prefix": f"bad/{ERRORS}"}, IN_PLACE
    ),
    "bucket": _delivery("destination", BY_ARRIVAL, {**BY_ARRIVAL, "bucket": "changes-lake-raw"}, IN_PLACE),
    "data-key": _delivery("destination", BY_ARRIVAL, {**BY_ARRIVAL, "kms_key_arn": KEY}, IN_PLACE),
    "time-zone": _delivery("destination", BY_ARRIVAL, {**BY_ARRIVAL, "time_zone": "Europe/Madrid"}, IN_PLACE),
    "extension": _delivery("destination", BY_ARRIVAL, {**BY_ARRIVAL, "file_extension": ".parquet"}, IN_PLACE),
    "to-orc": _delivery("format", PARQUET, {**PARQUET, "type": "orc"}, IN_PLACE),
    "to-json": _delivery("format", PARQUET, JSON, IN_PLACE),
    "columns": _delivery("format", PARQUET, {**PARQUET, "schema_fingerprint": "other"}, IN_PLACE),
    "column-compression": _delivery("format", PARQUET, {**PARQUET, "column_compression": "GZIP"}, IN_PLACE),
    "compression": _delivery("format", JSON, {**JSON, "compression": "ZIP"}, IN_PLACE),
    # Another kind of destination is another delivery stream.
    "to-iceberg": _delivery(
        "format",
        JSON,
        {**PARQUET, "type": "iceberg"},
        REPLACED,
        destination={**BY_ARRIVAL, "prefix": "table/"},
    ),
    "buffering": _delivery("buffering", {}, {"size_mb": 64, "interval_seconds": 60}, IN_PLACE),
    # AWS knows dynamic partitioning only from the beginning.
    "partitioning-retry": _delivery(
        "partitioning", {}, {"retry_seconds": 60}, IN_PLACE, destination=BY_KEY, transform=FUNCTION
    ),
    "partitioning-query": _delivery(
        "partitioning",
        {"queries": {"kind": ".kind"}},
        {"queries": {"kind": ".type"}},
        IN_PLACE,
        destination=BY_QUERY,
    ),
    "transform": _delivery("transform", None, FUNCTION, IN_PLACE),
    "transform-retries": _delivery("transform", FUNCTION, {**FUNCTION, "retries": 1}, IN_PLACE),
    "newline": _delivery("append_newline", False, True, IN_PLACE, format=JSON),
    "backup": _delivery("backup", None, BACKUP, IN_PLACE),
    "backup-interval": _delivery("backup", BACKUP, {**BACKUP, "interval_seconds": 900}, IN_PLACE),
    "put-key": _delivery("direct_put_kms_key_arn", None, KEY, IN_PLACE, source_stream=None),
    "log-retention": _delivery("logs", {}, {"retention_days": 7}, UNTOUCHED),
    # A role's path cannot change: it is another role, and the source's role is part of a delivery stream's identity.
    "role-path": _delivery("role_path", "/", "/lake/", REPLACED),
    # So is a role of another name, or somebody else's.
    "role-name": _delivery("global_suffix", "", None, REPLACED),
    "given-role": _delivery(
        "existing_role", None, {"arn": "arn:aws:iam::000000000000:role/somebody-elses"}, REPLACED
    ),
    "boundary": _delivery("permissions_boundary_arn", None, BOUNDARY, UNTOUCHED),
    "tags": _delivery("tags", {}, {"Team": "data"}, IN_PLACE),
    "stream-name": _stream("name", "<name>-a", "<name>-b", REPLACED),
    "stream-shards": _stream("capacity", {}, {"shard_count": 2}, IN_PLACE),
    "stream-mode": _stream("capacity", {}, {"mode": "ON_DEMAND"}, IN_PLACE),
    "stream-retention": _stream("retention_hours", 24, 48, IN_PLACE),
    "stream-key": _stream("kms_key", "alias/aws/kinesis", KEY, IN_PLACE),
    "stream-metrics": _stream("shard_level_metrics", [], ["IncomingBytes"], IN_PLACE),
    "stream-consumers": _stream("consumers", [], ["tail"], UNTOUCHED),
    "stream-tags": _stream("tags", {}, {"Team": "data"}, IN_PLACE),
}
# Needs another prefix as well, so two variables change.
SWITCHED_ON = "partitioning-on"


class Stack:
    """The instances, as a configuration of their own in a folder."""

    def __init__(self, folder: Path, local_aws: LocalAws) -> None:
        self._folder = folder
        self._name = unique("changes")
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
            **terraform_cli.environment(),
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": local_aws.settings.region,
            "GOGC": "400",
        }
        for module in ADDRESSES:
            source = TERRAFORM / "modules" / module
            shutil.copytree(
                source, folder / "modules" / module, ignore=shutil.ignore_patterns(".terraform*", "tests")
            )
        kinesis = local_aws.clients.client("kinesis")
        self._streams = {}
        for which in ("first", "second"):
            kinesis.create_stream(StreamName=f"{self._name}-{which}", ShardCount=1)
            summary = kinesis.describe_stream_summary(StreamName=f"{self._name}-{which}")
            self._streams[f"<{which}>"] = summary["StreamDescriptionSummary"]["StreamARN"]

    def write(self, *, changed: bool) -> None:
        modules = {}
        for case_name, case in CASES.items():
            values = {"name": f"{self._name}-{case_name}", **case.others}
            values[case.variable] = case.after if changed else case.before
            modules[case_name] = {"source": f"./modules/{case.module}", **values}
        modules[SWITCHED_ON] = {
            "source": "./modules/delivery",
            "name": f"{self._name}-{SWITCHED_ON}",
            "source_stream": {"arn": "<first>"},
            "format": PARQUET,
            "transform": FUNCTION,
            "destination": BY_KEY if changed else BY_ARRIVAL,
            "partitioning": {} if changed else None,
        }
        text = json.dumps({"module": modules}, indent=1)
        for placeholder, value in {"<name>": self._name, **self._streams}.items():
            text = text.replace(placeholder, value)
        (self._folder / "main.tf.json").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [terraform_cli.binary(), *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def planned(self) -> dict[str, tuple[str, ...]]:
        """Give the action on the stream of each instance."""
        self.run("plan", "-input=false", "-refresh=false", "-parallelism=30", "-out=changes.tfplan")
        changes = json.loads(self.run("show", "-json", "changes.tfplan"))["resource_changes"]
        actions = {change["address"]: tuple(change["change"]["actions"]) for change in changes}
        kinds = {**{name: case.module for name, case in CASES.items()}, SWITCHED_ON: "delivery"}
        return {name: actions[f"module.{name}.{ADDRESSES[kind]}"] for name, kind in kinds.items()}


@pytest.mark.slow
def test_each_change_is_planned_as_predicted(local_aws: LocalAws, tmp_path: Path) -> None:
    s3, glue = local_aws.clients.client("s3"), local_aws.clients.client("glue")
    for bucket in (BUCKET, BACKUP["bucket"]):
        s3.create_bucket(Bucket=bucket)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    glue.create_table(
        DatabaseName=DATABASE,
        TableInput={"Name": "events", "StorageDescriptor": {"Columns": [{"Name": "kind", "Type": "string"}]}},
    )
    stack = Stack(tmp_path, local_aws)
    stack.write(changed=False)
    stack.run("init", "-input=false")
    stack.run("apply", "-auto-approve", "-input=false", "-parallelism=30")
    try:
        stack.write(changed=True)
        planned = stack.planned()
    finally:
        stack.write(changed=False)
        stack.run("destroy", "-auto-approve", "-input=false", "-refresh=false", "-parallelism=30")
    expected = {**{name: case.planned for name, case in CASES.items()}, SWITCHED_ON: REPLACED}
    assert planned == expected


def test_every_variable_is_in_the_table() -> None:
    from scripts.terraform_docs import read_interface

    for module in ADDRESSES:
        variables = {item.name for item in read_interface(TERRAFORM / "modules" / module).inputs}
        changed = {case.variable for case in CASES.values() if case.module == module}
        # Sharing is a policy of its own beside the stream.
        assert variables - changed == ({"sharing"} if module == "stream" else set())
