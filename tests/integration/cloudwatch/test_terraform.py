"""The real provider deploys the monitoring module, reads everything back without drift, and leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from scripts import terraform_cli
from scripts.paths import TERRAFORM
from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.gateway_fixture import LocalAws

    Run = Callable[..., None]

CHANGES = 2


@pytest.fixture
def name(local_aws: LocalAws) -> str:
    """A lake's name, which is also that of its bucket."""
    made = unique("watched")
    local_aws.clients.client("s3").create_bucket(Bucket=made)
    return made


@pytest.fixture
def terraform(local_aws: LocalAws, tmp_path: Path, name: str) -> Run:
    """Run Terraform on a stack with the module; a command that ends otherwise than expected fails the test."""
    key = local_aws.clients.client("kms").create_key()
    pipeline = {
        "stream_name": "s",
        "delivery_stream_name": "d",
        "function_name": "f",
        "error_bucket": name,
        "error_prefix": "errors/events/",
    }
    stack = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {
            "aws": {
                "region": "us-east-1",
                "access_key": "test",
                "secret_key": "test",
                "s3_use_path_style": True,
            }
        },
        "variable": {"late_seconds": {"default": 600}},
        "module": {
            "monitoring": {
                "source": str(TERRAFORM / "modules" / "monitoring"),
                "name": name,
                "workgroup_name": "primary",
                "pipelines": {"events": pipeline},
                "notify": {"kms_key_arn": key["KeyMetadata"]["Arn"]},
                "thresholds": {"late_seconds": "${var.late_seconds}"},
                "budget": {"monthly_usd": 50, "tag": {"key": "Project", "value": name}},
                "tags": {"team": "lake"},
            }
        },
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(stack), encoding="utf-8")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TF_"))},
        **terraform_cli.environment(),
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }

    def run(command: str, *arguments: str, code: int = 0) -> None:
        done = subprocess.run(
            [terraform_cli.binary(), f"-chdir={tmp_path}", command, "-no-color", "-input=false", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr

    run("init")
    return run


@pytest.mark.slow
def test_the_module_is_read_back_as_it_was_set(local_aws: LocalAws, name: str, terraform: Run) -> None:
    cloudwatch: Any = local_aws.clients.client("cloudwatch")
    s3: Any = local_aws.clients.client("s3")

    def thresholds() -> dict[str, float]:
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
        return {one["AlarmName"].removeprefix(f"{name}-"): one["Threshold"] for one in alarms}

    terraform("apply", "-auto-approve")
    terraform("plan", "-detailed-exitcode")
    made = thresholds()
    assert len(made) == 11
    assert made["events-delivery-freshness"] == 900
    arn = f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}-scanned-bytes"
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "lake"}]
    later = "-var=late_seconds=1200"
    terraform("plan", "-detailed-exitcode", later, code=CHANGES)
    terraform("apply", "-auto-approve", later)
    terraform("plan", "-detailed-exitcode", later)
    assert thresholds() == {**made, "events-delivery-freshness": 1500}
    terraform("destroy", "-auto-approve")
    assert thresholds() == {}
    assert cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"] == []
    s3.head_bucket(Bucket=name)
    assert "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket=name)
