"""The stream of a pipeline: states from before it could be left out, a stream of somebody else's, and who is let in."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from scripts import terraform_cli
from scripts.paths import TERRAFORM
from tests.e2e.policies import lint
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
READER, AUDITOR = "arn:aws:iam::444455556666:role/reader", "arn:aws:iam::444455556666:role/auditor"
CONTRACT = {
    "x-partitioning": {"by": "arrival", "keys": ["dt"]},
    "properties": {"id": {"x-glue-type": "string"}},
}
# Addresses in the state of version 1.0, and today's.
BEFORE, TODAY = "module.own.module.stream", "module.own.module.stream[0]"

# Of the denial of old TLS: IAM takes numbers as text, and some of the actions denied by s3:* know no such condition.
ACCEPTED = "s3:TlsVersion"


class Stack:
    """A lake with two pipelines on one stream, as a configuration of its own in a folder."""

    def __init__(self, folder: Path, local_aws: LocalAws) -> None:
        self._folder = folder
        self.name = unique("shared")
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
            **terraform_cli.environment(),
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": local_aws.settings.region,
            "GOGC": "400",
        }
        (folder / "modules").symlink_to(TERRAFORM / "modules")
        (folder / "main.tf.json").write_text(json.dumps({"module": self._modules()}), encoding="utf-8")
        self.run("init", "-input=false")

    def _modules(self) -> Mapping[str, Any]:
        common = {
            "source": "./modules/pipeline",
            "name": self.name,
            "contract": json.dumps(CONTRACT),
            "buckets": {
                "data": "${module.storage.data_bucket}",
                "raw": "${module.storage.raw_bucket}",
            },
            "database_name": "${module.catalog.database_name}",
            "kms_key_arn": KEY,
        }
        sharing = {"reader_role_arns": [READER], "consumer_role_arns": {"audit": [AUDITOR]}}
        return {
            "storage": {
                "source": "./modules/lake_storage",
                "name": self.name,
                "kms_key_arn": KEY,
                "force_destroy": True,
                "writer_role_arns": [READER],
                "replication": {
                    "raw": {"bucket": f"{self.name}-copies", "kms_key_arn": KEY, "delete_markers": True}
                },
            },
            "catalog": {
                "source": "./modules/catalog",
                "database": {"name": self.name.replace("-", "_")},
            },
            "own": {**common, "dataset": "own", "stream": {"consumers": ["audit"], "sharing": sharing}},
            "guest": {
                **common,
                "dataset": "guest",
                "source_stream": {"arn": "${module.own.stream_arn}", "kms_key_arn": KEY},
            },
        }

    def run(self, *arguments: str) -> str:
        """Run terraform; fail with what it says."""
        done = subprocess.run(
            [terraform_cli.binary(), *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def changes(self) -> list[dict[str, Any]]:
        """Give what a plan would do to each resource."""
        self.run("plan", "-input=false", "-out=it.tfplan")
        planned: list[dict[str, Any]] = json.loads(self.run("show", "-json", "it.tfplan"))["resource_changes"]
        return planned

    def resources(self) -> dict[str, dict[str, Any]]:
        """Give the attributes of each resource in the state, by its address."""
        state = json.loads(self.run("show", "-json"))
        return {one["address"]: one["values"] for one in _resources(state["values"]["root_module"])}


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)


@pytest.fixture(scope="module")
def stack(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("pipeline"), local_aws)
    s3 = local_aws.clients.client("s3")
    s3.create_bucket(Bucket=f"{made.name}-copies")
    s3.put_bucket_versioning(Bucket=f"{made.name}-copies", VersioningConfiguration={"Status": "Enabled"})
    try:
        made.run("apply", "-auto-approve", "-input=false", "-parallelism=30")
        yield made
    finally:
        made.run("destroy", "-auto-approve", "-input=false", "-refresh=false", "-parallelism=30")


@pytest.mark.slow
def test_a_state_of_the_first_version_is_taken_over(stack: Stack) -> None:
    stack.run("state", "mv", TODAY, BEFORE)
    changes = stack.changes()
    assert [one["address"] for one in changes if one["change"]["actions"] not in (["no-op"], ["read"])] == []
    moved = {one["address"]: one["previous_address"] for one in changes if "previous_address" in one}
    assert f"{TODAY}.aws_kinesis_stream.this" in moved
    assert all(was == now.replace(TODAY, BEFORE) for now, was in moved.items())
    stack.run("apply", "-auto-approve", "-input=false")
    assert [one["address"] for one in stack.changes() if "previous_address" in one] == []


@pytest.mark.slow
def test_both_pipelines_read_the_one_stream(stack: Stack) -> None:
    resources = stack.resources()
    streams = [address for address in resources if ".aws_kinesis_stream." in address]
    assert streams == [f"{TODAY}.aws_kinesis_stream.this"]
    sources = [
        values["kinesis_source_configuration"][0]["kinesis_stream_arn"]
        for address, values in resources.items()
        if address.endswith("aws_kinesis_firehose_delivery_stream.this")
    ]
    assert sources == [resources[streams[0]]["arn"]] * 2


@pytest.mark.slow
def test_others_may_do_what_they_are_named_for_and_the_lint_finds_nothing(stack: Stack) -> None:
    policies = {
        address: json.loads(values["policy"])
        for address, values in stack.resources().items()
        if values.get("policy") and not address.split(".")[-2].startswith("data")
    }
    stream = policies[f"{TODAY}.aws_kinesis_resource_policy.this[0]"]["Statement"]
    allowed = {one["Condition"]["ArnEquals"]["aws:PrincipalArn"]: set(one["Action"]) for one in stream}
    assert "kinesis:GetRecords" in allowed[READER]
    assert allowed[AUDITOR] == {"kinesis:DescribeStreamSummary", "kinesis:ListShards"}
    (subscribing,) = policies[f'{TODAY}.aws_kinesis_resource_policy.consumer["audit"]']["Statement"]
    assert "/consumer/audit:" in subscribing["Resource"]
    assert set(subscribing["Action"]) == {"kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"}
    assert "module.storage.aws_iam_role_policy.replication[0]" in policies
    linted = lint({name: json.dumps(policy) for name, policy in policies.items()})
    found = [f"{name} {one}" for name in linted for one in linted[name]]
    assert [line for line in found if ACCEPTED not in line] == []
    assert found, "the lint looks at the buckets' policies"
