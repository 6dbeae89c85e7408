"""The policies that the modules render, with everything switched on: the IAM lint finds nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scripts import terraform_cli
from scripts.paths import TERRAFORM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/lake-events"

# parliament warns of its own imports, so it has an interpreter of its own.
LINT = """
import json, sys
from parliament import analyze_policy_string
for name, text in json.load(sys.stdin).items():
    for finding in analyze_policy_string(text).findings:
        print(name, finding)
"""

# Lambda asks for these before the interface exists, so AWS knows no resource to name.
ACCEPTED = "RESOURCE_STAR - ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']"

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
  workgroup = {{ name = "lake", bucket = "lake-results", kms_key_arn = "{KEY}" }}
  manifests = {{ bucket = "lake-data", kms_key_arn = "{KEY}" }}

  tables = {{
    events = {{
      database_name         = "lake"
      table_name            = "events"
      unique_key            = ["event_uuid"]
      bucket                = "lake-data"
      prefix                = "data/events/"
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
    linted = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LINT],
        input=json.dumps(policies),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line for line in linted.stdout.splitlines() if ACCEPTED not in line]
    assert [
        line for line in found if not line.startswith("an action that does not exist UNKNOWN_ACTION")
    ] == []
    assert found, "the lint finds what is wrong"
