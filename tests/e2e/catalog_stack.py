"""A catalog, its views and its workgroup, applied by Terraform to a local AWS, without streams and delivery.

The objects that delivery would write are put by the test: Parquet under the data prefix, error documents under the
error prefix. So a test of views takes seconds, not the minute and a half of a whole lake.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lambda_transform.contract import load_contract
from scripts import athena, package_transform, terraform_cli
from scripts.deployment import Outputs
from scripts.paths import REPOSITORY, SCHEMAS, TERRAFORM
from tests.gateway_fixture import LocalAws
from tests.payloads.recorder import Recorder

NOT_CONFIGURATION = shutil.ignore_patterns(
    ".terraform", "terraform.tfstate*", "*.auto.tfvars", "*.auto.tfvars.json"
)
ARROW_TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("ms"),
    "double": pa.float64(),
}

# Runs the handler of an unpacked zip on the event at standard input, as Lambda does: with nothing else on its path.
CALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
from lambda_transform.handler import handler
print(json.dumps(handler(json.load(sys.stdin), None)))
"""


@dataclass
class Configuration:
    """A copy of the Terraform files, in which one folder is applied to one local AWS, or through a recorder."""

    copy: Path
    local_aws: LocalAws | Recorder
    folder: str = "."
    variables: Mapping[str, str] = field(default_factory=dict)
    targets: Sequence[str] = ()
    workspace: str = "default"

    def __post_init__(self) -> None:
        shutil.copytree(TERRAFORM, self.copy / "terraform", ignore=NOT_CONFIGURATION)
        shutil.copytree(SCHEMAS, self.copy / "schemas")

    def terraform(self, *words: str, allow: tuple[int, ...] = (0,)) -> str:
        """Run terraform and return its output; fail with it when the run ends otherwise than allowed."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            **terraform_cli.environment(),
            **{f"TF_VAR_{name}": value for name, value in self.variables.items()},
            "AWS_ENDPOINT_URL": self.local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_WORKSPACE": self.workspace,
        }
        environment.setdefault("GOGC", "400")
        done = subprocess.run(
            [terraform_cli.binary(), *words],
            cwd=self.copy / "terraform" / self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode in allow, f"terraform {' '.join(words)}:\n{done.stdout}"
        return done.stdout

    def apply(self) -> None:
        """Install the provider and apply."""
        self.terraform("init", "-input=false", "-no-color")
        self._run("apply", "-auto-approve")

    def plan_is_empty(self) -> bool:
        """Tell whether there is nothing left to change."""
        self._run("plan", "-detailed-exitcode")
        return True

    def destroy(self) -> None:
        """Remove what was applied."""
        self._run("destroy", "-auto-approve")

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs."""
        read = json.loads(self.terraform("output", "-json"))
        return {name: output["value"] for name, output in read.items()}

    def _run(self, command: str, *options: str) -> None:
        self.terraform(
            command, "-input=false", "-no-color", *options, *(f"-target={one}" for one in self.targets)
        )


@dataclass(frozen=True)
class Transformed:
    """A record as it was sent, and as the transform of the dataset gives it to delivery."""

    sent: Mapping[str, Any]
    row: Mapping[str, Any]
    partition_keys: Mapping[str, str]


def transformed(dataset: str, amount: int, folder: Path) -> list[Transformed]:
    """Make records as the producer does and put them through the packaged transform; none is refused."""
    package_transform.main(["--dataset", dataset, "--out", str(folder)])
    zipfile.ZipFile(folder / f"{dataset}.zip").extractall(folder / "unpacked")
    produced = subprocess.run(
        [
            *(sys.executable, "-m", "producer", "--dry-run"),
            *("--dataset", dataset, "--amount", str(amount), "--seed", "5"),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in produced.splitlines() if line.startswith("{")]
    event = {
        "invocationId": "i",
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/d",
        "region": "us-east-1",
        "records": [
            {
                "recordId": str(number),
                "data": base64.b64encode(line.encode()).decode(),
                "approximateArrivalTimestamp": 1,
            }
            for number, line in enumerate(lines)
        ],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CALL, str(folder / "unpacked")],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[-1])["records"]
    assert {one["result"] for one in answers} == {"Ok"}
    return [
        Transformed(
            sent=json.loads(line),
            row=json.loads(base64.b64decode(answer["data"])),
            partition_keys=answer["metadata"]["partitionKeys"],
        )
        for line, answer in zip(lines, answers, strict=True)
    ]


def put_parquet(client: Any, bucket: str, dataset: str, name: str, records: Iterable[Transformed]) -> None:
    """Write the records of each partition into one Parquet object called ``name``."""
    columns = load_contract(SCHEMAS / f"{dataset}.schema.json").glue_columns
    schema = pa.schema([(column, ARROW_TYPES[kind]) for column, kind in columns])
    partitions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        folders = "/".join(f"{key}={value}" for key, value in record.partition_keys.items())
        partitions[folders].append(
            {column: _value(record.row.get(column), ARROW_TYPES[kind]) for column, kind in columns}
        )
    for folders, rows in partitions.items():
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
        client.put_object(Bucket=bucket, Key=f"data/{dataset}/{folders}/{name}.parquet", Body=sink.getvalue())


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is not None and pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return value


def rows(outputs: Outputs, sql: str) -> list[dict[str, str | None]]:
    """Run a query and return its rows by the names of columns."""
    result = athena.run(outputs, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]
