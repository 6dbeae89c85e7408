"""The settings of a lake as Terraform resolves them, and the estimate that stands before a deployment's question."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, cast

import pytest

from scripts import cost, deploy, lake_settings
from scripts.environment import environment
from scripts.errors import TerraformError, UsageError
from scripts.estimate import Load
from scripts.lake_settings import Backup, Stream, Transform
from scripts.paths import SCHEMAS, TERRAFORM
from scripts.targets import Target
from scripts.unfinished import Note

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.terraform_runner import Runner

ENVIRONMENT = """
customer_key = false
storage      = { raw_expiration_days = 14, data_expiration_days = 90, replication = { raw = { bucket = "copies" } } }
monitoring   = { enabled = true, dashboard = false, topic_arn = "arn:aws:sns:us-east-1:111122223333:alarms" }
compaction   = { enabled = true }
vpc_config   = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }

pipeline_defaults = {
  stream    = { mode = "ON_DEMAND", retention_hours = 48 }
  transform = { memory_mb = 1024, architecture = "x86_64" }
  backup    = { compression = "UNCOMPRESSED" }
}
dataset_settings = {
  customers = {
    transform = { enabled = false }
    delivery  = { format = "json", size_mb = 5, interval_seconds = 60, compression = "UNCOMPRESSED" }
    backup    = { enabled = false }
    table     = { partition_discovery = "crawler" }
  }
}
source_streams = { customers = { arn = "arn:aws:kinesis:us-east-1:444455556666:stream/crm" } }
"""


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the root stack with an environment of its own."""
    copy = tmp_path / "terraform"
    shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns(".terraform", "state", "*.auto.tfvars*"))
    shutil.copytree(SCHEMAS, tmp_path / "schemas")
    monkeypatch.setattr(lake_settings, "TERRAFORM", copy)
    (copy / "environments" / "test.tfvars").write_text(ENVIRONMENT, encoding="utf-8")
    return copy


def test_settings_are_those_of_the_environment_over_the_defaults(configuration: Path) -> None:
    lake = lake_settings.resolve("test")
    customers, events = lake.datasets
    assert (customers.name, events.name) == ("customers", "events")
    assert events.stream == Stream(
        on_demand=True, shards=1, retention_hours=48, consumers=0, metrics_per_shard=0
    )
    assert events.transform == Transform(memory_mb=1024, arm=False, buffer_mb=1, interval_seconds=60)
    assert events.backup == Backup(size_mb=64, interval_seconds=300, compressed=False)
    assert (events.format, events.size_mb, events.interval_seconds) == ("parquet", 128, 300)
    # As many partitions as there are event types.
    assert (events.partitioned, events.jq, events.partitions) == (True, False, 12)
    assert events.crawler_schedule is None
    assert (customers.stream, customers.stream_is_here) == (None, False)
    assert (customers.transform, customers.backup) == (None, None)
    assert (customers.format, customers.size_mb, customers.compressed) == ("json", 5, False)
    assert customers.crawler_schedule == "cron(15,45 * * * ? *)"
    assert (customers.partitioned, customers.partitions) == (False, 1)
    assert (lake.raw_days, lake.data_days, lake.customer_key) == (14, 90, False)
    assert (lake.replicated, lake.compacted, lake.in_vpc) == (True, True, True)
    assert (lake.monitored, lake.dashboard, lake.quicksight) == (True, False, False)
    assert not list(configuration.parent.glob(".estimate-*")), "the folder to plan in is gone"


def test_what_terraform_refuses_is_said_in_its_words(configuration: Path) -> None:
    (configuration / "environments" / "test.tfvars").write_text(
        'dataset_settings = { visitors = { delivery = { format = "orc" } } }\n', encoding="utf-8"
    )
    with pytest.raises(TerraformError, match="dataset_settings names visitors"):
        lake_settings.resolve("test")


class Planned:
    """Terraform that would change something; no deployment was interrupted before."""

    def __init__(self, folder: Path) -> None:
        self.applied = False
        self.note = Note(folder, "aws-prod")

    def select_workspace(self) -> None:
        """Take any."""

    def resource_changes(self, _plan: Path) -> list[dict[str, Any]]:
        return []

    def plan(self, _out: Path, *, quiet: bool) -> bool:
        assert not quiet, "on AWS the plan is shown"
        return True

    def apply(self, _plan: Path) -> None:
        self.applied = True


def test_the_estimate_of_make_cost_stands_before_the_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(question: str, *, yes: bool) -> None:
        asked.append(f"{capsys.readouterr().out}{question} {yes}")
        raise UsageError("nobody is there")

    # Variables of a shell that point elsewhere are those of a deployment, not of an estimate.
    monkeypatch.setattr(deploy, "confirm", refuse)
    monkeypatch.setattr(deploy, "write_record", pytest.fail)
    terraform = Planned(tmp_path)
    target = Target("aws", "prod", None, "111122223333", "us-east-1")
    load = Load(events_per_hour=5000, event_bytes=300)
    with environment({"TF_WORKSPACE": "aws-prod"}), pytest.raises(UsageError):
        deploy.deploy(cast("Runner", terraform), target, load, yes=False)
    assert not terraform.applied
    assert cost.main(["--environment", "prod", "--events-per-hour", "5000", "--event-bytes", "300"]) == 0
    figures = capsys.readouterr().out
    assert "Estimated monthly price of prod (USD), for 5,000 events/h of 300 bytes" in figures
    assert asked == [f"{figures}Deploy to AWS account 111122223333, us-east-1? False"]


@pytest.mark.parametrize(
    "wrong", [["--events-per-hour", "0"], ["--event-bytes", "-1"], ["--environment", "nowhere"]]
)
def test_what_cannot_be_estimated_is_refused(wrong: list[str]) -> None:
    with pytest.raises(UsageError):
        cost.main(wrong)
