"""What is set of a lake in an environment, as Terraform resolves it, without an account.

A configuration without resources (``terraform/estimate/``) is planned beside the root stack's own variables and locals:
environment file, defaults of the modules and validations are those of a deployment.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import terraform_cli
from scripts.errors import TerraformError
from scripts.paths import TERRAFORM

# Files of the root stack that say what is set, and the one that gives it out.
FILES = ("variables.tf", "variables_access.tf", "settings.tf", "sharing.tf", "estimate/main.tf")
# Stands in for the account where nothing is deployed: prices do not depend on it.
SOME_ACCOUNT = "999999999999"
CRAWLER = "crawler"


@dataclass(frozen=True)
class Stream:
    """A Kinesis stream of the lake's own."""

    on_demand: bool
    shards: int
    retention_hours: int
    consumers: int
    metrics_per_shard: int


@dataclass(frozen=True)
class Transform:
    """The function of a delivery stream."""

    memory_mb: int
    arm: bool
    buffer_mb: float
    interval_seconds: int


@dataclass(frozen=True)
class Backup:
    """The raw backup of a delivery stream."""

    size_mb: int
    interval_seconds: int
    compressed: bool


@dataclass(frozen=True)
class Dataset:
    """One pipeline. ``partitions`` is how many are known beforehand (1 when they follow from the time alone).

    ``stream`` is None for one that is there already, ``crawler_schedule`` when nothing crawls; the schedule is a cron
    expression, or empty for a crawler that a person starts.
    """

    name: str
    stream: Stream | None
    stream_is_here: bool
    transform: Transform | None
    format: str
    size_mb: int
    interval_seconds: int
    compressed: bool
    partitioned: bool
    jq: bool
    partitions: int
    backup: Backup | None
    crawler_schedule: str | None

    @property
    def converted(self) -> bool:
        """Whether Firehose converts its records."""
        return self.format in ("parquet", "orc")


@dataclass(frozen=True)
class LakeSettings:
    """A lake. ``data_days`` is None when data is kept for ever."""

    environment: str
    datasets: tuple[Dataset, ...]
    customer_key: bool
    raw_days: int
    data_days: int | None
    replicated: bool
    monitored: bool
    dashboard: bool
    error_objects_counted: bool
    compacted: bool
    quicksight: bool
    in_vpc: bool
    role_path: str = "/"
    permissions_boundary_arn: str | None = None

    @property
    def has_iceberg_tables(self) -> bool:
        """Whether a dataset is an Iceberg table."""
        return any(dataset.format == "iceberg" for dataset in self.datasets)


def resolve(environment: str, account_id: str = SOME_ACCOUNT, region: str = "us-east-1") -> LakeSettings:
    """Give the settings of a lake on AWS in an environment, which must have a file in ``terraform/environments``.

    :raises TerraformError: Terraform refuses them; its own message is part of the error.
    """
    given = {"target": "aws", "environment": environment, "account_id": account_id, "region": region}
    with _folder() as folder:
        _terraform(folder, "init", "-backend=false", "-input=false", "-no-color")
        variables = [f"-var={name}={value}" for name, value in given.items()]
        _terraform(
            folder,
            "plan",
            "-input=false",
            "-no-color",
            f"-var-file=environments/{environment}.tfvars",
            *variables,
            "-out=it",
        )
        plan = json.loads(_terraform(folder, "show", "-json", "it"))
    outputs = {name: output["value"] for name, output in plan["planned_values"]["outputs"].items()}
    return parse(environment, outputs["lake"], outputs["datasets"])


@contextmanager
def _folder() -> Iterator[Path]:
    """Make the folder to plan in, beside ``terraform/``: relative paths in variables mean the same there."""
    with tempfile.TemporaryDirectory(dir=TERRAFORM.parent, prefix=".estimate-") as name:
        folder = Path(name)
        for entry in TERRAFORM.iterdir():
            if entry.is_dir() and not entry.name.startswith(".") and entry.name != "state":
                (folder / entry.name).symlink_to(entry)
        for file in FILES:
            (folder / Path(file).name).symlink_to(TERRAFORM / file)
        yield folder


def _terraform(folder: Path, *arguments: str) -> str:
    # Neither the workspace nor the data folder of a deployment is this one's.
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("TF_WORKSPACE", "TF_DATA_DIR")
    }
    done = subprocess.run(
        [terraform_cli.binary(), *arguments],
        cwd=folder,
        env={**inherited, **terraform_cli.environment(), "TF_IN_AUTOMATION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise TerraformError(f"the settings of the lake cannot be read: {done.stderr.strip()}")
    return done.stdout


def parse(environment: str, lake: Mapping[str, Any], datasets: Mapping[str, Any]) -> LakeSettings:
    """Turn what ``terraform/estimate`` gives out into settings."""
    storage, monitoring = lake["storage"], lake["monitoring"]
    return LakeSettings(
        environment=environment,
        datasets=tuple(
            _dataset(name, values, lake["account_id"]) for name, values in sorted(datasets.items())
        ),
        customer_key=lake["customer_key"],
        raw_days=storage["raw_expiration_days"],
        data_days=storage.get("data_expiration_days"),
        replicated=bool(storage["replication"]),
        monitored=monitoring["enabled"],
        dashboard=monitoring["dashboard"],
        error_objects_counted=monitoring["count_error_objects"],
        compacted=lake["compaction_enabled"],
        quicksight=lake["quicksight_enabled"],
        in_vpc=lake["in_vpc"],
        role_path=lake["role_path"],
        permissions_boundary_arn=lake.get("permissions_boundary_arn"),
    )


def _dataset(name: str, values: Mapping[str, Any], account_id: str) -> Dataset:
    delivery, table, source = values["delivery"], values["table"], values.get("source_stream")
    partitioned = values["partitioned_by"] == "attributes" and delivery["format"] != "iceberg"
    partitions = 1
    for known in values["partition_values"] if partitioned else ():
        partitions *= len(known)
    return Dataset(
        name=name,
        stream=None if source else _stream(values["stream"]),
        stream_is_here=not source or source["arn"].split(":")[4] == account_id,
        transform=_transform(values["transform"]) if values.get("transform") else None,
        format=delivery["format"],
        size_mb=delivery["size_mb"],
        interval_seconds=delivery["interval_seconds"],
        compressed=delivery["format"] != "json" or delivery["compression"] != "UNCOMPRESSED",
        partitioned=partitioned,
        jq=partitioned and not values.get("transform"),
        partitions=partitions,
        backup=_backup(values["backup"]) if values.get("backup") else None,
        crawler_schedule=table["crawler_schedule"] if table["partition_discovery"] == CRAWLER else None,
    )


def _stream(values: Mapping[str, Any]) -> Stream:
    metrics = values["shard_level_metrics"]
    return Stream(
        on_demand=values["mode"] == "ON_DEMAND",
        shards=values["shard_count"],
        retention_hours=values["retention_hours"],
        consumers=len(values["consumers"]),
        metrics_per_shard=7 if "ALL" in metrics else len(metrics),
    )


def _transform(values: Mapping[str, Any]) -> Transform:
    return Transform(
        memory_mb=values["memory_mb"],
        arm=values["architecture"] == "arm64",
        buffer_mb=values["buffer_size_mb"],
        interval_seconds=values["interval_seconds"],
    )


def _backup(values: Mapping[str, Any]) -> Backup:
    return Backup(
        size_mb=values["size_mb"],
        interval_seconds=values["interval_seconds"],
        compressed=values["compression"] != "UNCOMPRESSED",
    )
