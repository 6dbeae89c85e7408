"""The policies that the modules render, with everything switched on: the IAM lint finds nothing."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lambda_compaction.run import COMPACTED, Report, compact
from local_aws.clients import Clients, Credentials
from local_aws.config import Settings
from scripts import terraform_cli
from scripts.paths import TERRAFORM
from tests.e2e.policies import lint
from tests.gateway_fixture import LocalAws, free_port, unique
from tests.integration.compaction.lake import CompactedLake, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/lake-events"

# The lake that compaction works on: bucket and workgroup, and the database.
LAKE, DATABASE = "compacted-lake", "compacted_lake"

# Lambda asks for these before the interface exists, so AWS knows no resource to name.
ACCEPTED = (
    "RESOURCE_STAR - ['ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface',"
    " 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses']"
)

CONFIGURATION = f"""
module "producer" {{
  source               = "./modules/producer_policy"
  streams              = [{{ arn = "{STREAM}", kms_key_arn = "{KEY}" }}]
  delivery_stream_arns = ["arn:aws:firehose:us-east-1:000000000000:deliverystream/lake-direct"]
  single_records       = true
  read_shards          = true
  metric_namespaces    = ["KinesisProducerLibrary"]
}}

module "consumer" {{
  source              = "./modules/consumer_policy"
  workgroup_name      = "lake"
  database            = {{ name = "lake", tables = ["events"], registered_partitions = true }}
  data                = {{ bucket = "lake-data", prefixes = ["data/"], kms_key_arn = "{KEY}" }}
  results             = {{ bucket = "lake-results", kms_key_arn = "{KEY}" }}
  raw                 = {{ bucket = "lake-raw", prefixes = ["events/"], kms_key_arn = "{KEY}" }}
  prepared_statements = true
  browse              = true
}}

module "publisher" {{
  source      = "./modules/publisher"
  name        = "lake-publisher"
  package     = {{ s3 = {{ bucket = "artifacts", key = "publisher.zip" }} }}
  streams     = {{ events = {{ name = "lake-events", arn = "{STREAM}", kms_key_arn = "{KEY}" }} }}
  kms_key_arn = "{KEY}"
  tracing     = true
  vpc_config  = {{ subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }}
}}

module "schedule" {{
  source            = "./modules/schedule"
  name              = "lake-batch"
  expression        = "rate(1 hour)"
  function_arn      = "arn:aws:lambda:us-east-1:000000000000:function:lake-publisher"
  inputs            = {{ "" = "{{}}" }}
  kms_key_arn       = "{KEY}"
  dead_letter_queue = {{ arn = "arn:aws:sqs:us-east-1:000000000000:letters" }}
}}

module "compaction" {{
  source    = "./modules/compaction"
  name      = "lake-compaction"
  package   = {{ s3 = {{ bucket = "artifacts", key = "compaction.zip" }} }}
  workgroup = {{ name = "{LAKE}", bucket = "{LAKE}", kms_key_arn = "{KEY}" }}
  manifests = {{ bucket = "{LAKE}", kms_key_arn = "{KEY}" }}

  tables = {{
    events = {{
      database_name         = "{DATABASE}"
      table_name            = "events"
      unique_key            = ["event_uuid", "created_at"]
      bucket                = "{LAKE}"
      prefix                = "events/"
      kms_key_arn           = "{KEY}"
      registered_partitions = true
    }}
  }}
}}

output "producer" {{
  value = module.producer.json
}}

output "consumer" {{
  value = module.consumer.json
}}
"""


@pytest.fixture(scope="module")
def plan(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Terraform plans for all of them: documents are rendered by then."""
    folder: Path = tmp_path_factory.mktemp("policies")
    (folder / "modules").symlink_to(TERRAFORM / "modules")
    (folder / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    environment = {
        **clean,
        **terraform_cli.environment(),
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "CHECKPOINT_DISABLE": "1",
    }

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            [terraform_cli.binary(), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    terraform("init", "-backend=false", "-input=false")
    terraform("plan", "-input=false", "-out=plan")
    planned: dict[str, Any] = json.loads(terraform("show", "-json", "plan"))["planned_values"]
    return planned


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)


@pytest.mark.slow
def test_no_findings(plan: dict[str, Any]) -> None:
    policies = {name: output["value"] for name, output in plan["outputs"].items()}
    for resource in _resources(plan["root_module"]):
        if resource["type"] == "aws_iam_role_policy":
            # The role of compaction's schedule names a function that is not made yet.
            policy = resource["values"].get("policy")
            if policy is not None:
                policies[resource["address"]] = policy
    assert {"producer", "consumer"} < set(policies)
    assert any(name.startswith("module.compaction.module.function") for name in policies)
    assert any(name.startswith("module.schedule.") for name in policies)
    policies["an action that does not exist"] = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:NoSuchAction", "Resource": "*"}],
        }
    )
    linted = lint(policies)
    found = [f"{name} {one}" for name in linted for one in linted[name] if ACCEPTED not in one]
    assert [
        line for line in found if not line.startswith("an action that does not exist UNKNOWN_ACTION")
    ] == []
    assert found, "the lint finds what is wrong"


# What compaction needs on AWS and the local AWS does without.
NEEDED_ON_AWS = {
    "athena:StopQueryExecution": "a run that is nearly over stops its query",
    "glue:BatchGetPartition": "partitions that are registered in the catalog; here they are projected",
    "glue:GetPartition": "the same",
    "glue:GetPartitions": "the same",
    "kms:Decrypt": "buckets with a customer key; here there is none",
    "kms:GenerateDataKey": "the same",
    "logs:CreateLogStream": "the function's log",
    "logs:PutLogEvents": "the same",
    "s3:AbortMultipartUpload": "Athena clears away what a stopped query has uploaded",
    "s3:GetBucketLocation": "Athena looks up the Region of the results before it starts",
    "s3:ListMultipartUploadParts": "for what is uploaded in parts, as above",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """An instance that enforces IAM."""
    settings = Settings(port=free_port(), state_dir=tmp_path_factory.mktemp("guarded") / "state", auth=True)
    instance = LocalAws(settings)
    instance.start()
    try:
        yield instance
    finally:
        instance.close()


@pytest.mark.slow
def test_compaction_needs_every_action_and_no_other(plan: dict[str, Any], guarded: LocalAws) -> None:
    (document,) = (
        json.loads(resource["values"]["policy"])
        for resource in _resources(plan["root_module"])
        if resource["address"] == "module.compaction.module.function.aws_iam_role_policy.this"
    )
    lake = CompactedLake.create(guarded.clients, LAKE)
    assert lake.lake.database == DATABASE
    whole = _compact_as(guarded, lake, document)
    assert [report.outcome for report in whole] == [COMPACTED]
    unneeded, refusals = [], []
    for action in sorted({action for one in document["Statement"] for action in _list(one["Action"])}):
        try:
            reports = _compact_as(guarded, lake, _without(document, action))
        except ClientError as error:
            refusals.append(str(error))
        else:
            refusals += [report.message for report in reports if report.outcome != COMPACTED]
            unneeded += [action] if [report.outcome for report in reports] == [COMPACTED] else []
    assert unneeded == sorted(NEEDED_ON_AWS)
    assert [text for text in refusals if "not authorized" not in text and "AccessDenied" not in text] == []


def _compact_as(instance: LocalAws, lake: CompactedLake, document: dict[str, Any]) -> tuple[Report, ...]:
    """Compact a partition of its own with the rights of a document."""
    iam = instance.clients.client("iam")
    user = unique("compactor")
    policy = iam.create_policy(PolicyName=user, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    clients = Clients(instance.endpoint, instance.settings.region, credentials)
    try:
        for name in lake.keys(lake.folder()) + lake.keys("compaction/"):
            instance.clients.client("s3").delete_object(Bucket=LAKE, Key=name)
        lake.deliver(rows(["a", "b"]))
        lake.deliver(rows(["b"]))
        surroundings = lake.surroundings(
            athena=clients.client("athena"), glue=clients.client("glue"), s3=clients.client("s3")
        )
        return compact(lake.request(), surroundings).reports
    finally:
        clients.close()


def _without(document: dict[str, Any], action: str) -> dict[str, Any]:
    statements = [
        {**one, "Action": kept}
        for one in document["Statement"]
        if (kept := [name for name in _list(one["Action"]) if name != action])
    ]
    return {**document, "Statement": statements}


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
