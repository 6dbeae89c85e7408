"""Shows the state of the lake: ``python -m scripts.status``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich import box, filesize
from rich.console import Console
from rich.table import Table

from local_aws import process
from local_aws.config import Settings
from scripts import accounting, cli
from scripts.deployment import Dataset, Outputs, load_outputs
from scripts.deployment_options import add_target_options, chosen_target
from scripts.errors import ToolError


@dataclass(frozen=True)
class State:
    """One dataset as it is now. Sizes in bytes; ``newest_data_age_seconds`` is ``None`` before the first delivery."""

    dataset: str
    stream: str
    shards: int
    delivery: str
    transform: str
    data_objects: int
    data_bytes: int
    quarantined_records: int
    raw_objects: int
    raw_bytes: int
    newest_data_age_seconds: float | None

    @property
    def active(self) -> bool:
        """Whether every part of the path works."""
        return {self.stream, self.delivery, self.transform} <= {"ACTIVE", "none"}


def main(arguments: Sequence[str]) -> int:
    """Print the state of every dataset; exit with 1 when a part of one is not active."""
    options = _parse(arguments)
    outputs = load_outputs(chosen_target(options))
    states = [read(outputs, name, dataset) for name, dataset in sorted(outputs.datasets.items())]
    problems = _local_problems(outputs)
    broken = [
        state.dataset
        for state in states
        if {state.stream, state.delivery, state.transform} - {"ACTIVE", "none"}
    ]
    if options.output == "json":
        print(
            json.dumps(
                {
                    "target": outputs.target,
                    "environment": outputs.environment,
                    "datasets": [asdict(s) for s in states],
                    "problems": problems,
                },
                indent=2,
            )
        )
    else:
        _show(outputs, states)
        for problem in problems:
            print(f"problem: {problem}")
        told = f"{len(problems)} problems" if problems else "everything is active"
        told = f"not active: {', '.join(broken)}" if broken else told
        print(
            f"{len(states)} datasets on {outputs.target}, {told}; next: make query DATASET={states[0].dataset}"
            if states
            else "no datasets"
        )
    return cli.FAILED if broken or problems else cli.DONE


def _local_problems(outputs: Outputs) -> list[str]:
    """Return what the local AWS says is wrong with itself: its engine, its disk, what it could not save."""
    if outputs.target != "local":
        return []
    content = process.health(Settings.from_environment())
    if content is None:
        return ["the local AWS does not say how it is: make up"]
    return [str(problem) for problem in content["problems"]]


def read(outputs: Outputs, name: str, dataset: Dataset) -> State:
    """Ask AWS about one dataset.

    :raises ToolError: the target does not answer; the message says how to start it.
    """
    session = outputs.session()
    s3 = session.client("s3")
    try:
        stream = session.client("kinesis").describe_stream_summary(StreamName=dataset.stream_name)[
            "StreamDescriptionSummary"
        ]
        delivery = session.client("firehose").describe_delivery_stream(
            DeliveryStreamName=dataset.delivery_stream_name
        )
        transform = _transform_state(session.client("lambda"), dataset.function_name)
        data = accounting.objects(s3, outputs.data_bucket, dataset.data_prefix)
        raw = accounting.objects(s3, outputs.raw_bucket, dataset.raw_prefix)
        failed = accounting.quarantined(s3, outputs.data_bucket, dataset.error_prefix)
    except (BotoCoreError, ClientError) as error:
        start = "; is it running? make up" if outputs.target == "local" else ""
        raise ToolError(f"{outputs.target} does not answer for {name}: {error}{start}") from error
    age = None if data.newest is None else (datetime.now(UTC) - data.newest).total_seconds()
    return State(
        dataset=name,
        stream=stream["StreamStatus"],
        shards=stream["OpenShardCount"],
        delivery=delivery["DeliveryStreamDescription"]["DeliveryStreamStatus"],
        transform=transform,
        data_objects=data.count,
        data_bytes=data.size_bytes,
        quarantined_records=failed,
        raw_objects=raw.count,
        raw_bytes=raw.size_bytes,
        newest_data_age_seconds=age,
    )


def _transform_state(client: Any, function_name: str | None) -> str:
    if not function_name:
        return "none"
    state: str = client.get_function_configuration(FunctionName=function_name).get("State", "Active")
    return state.upper()


def _show(outputs: Outputs, states: Sequence[State]) -> None:
    print(f"{outputs.target} {outputs.environment}, {outputs.endpoint or outputs.region}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("dataset", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in ("shards", "objects", "data", "raw", "refused", "last object"):
        table.add_column(heading, justify="right", no_wrap=True)
    for state in states:
        age = state.newest_data_age_seconds
        table.add_row(
            state.dataset,
            "active"
            if state.active
            else f"stream {state.stream}, delivery {state.delivery}, transform {state.transform}",
            str(state.shards),
            str(state.data_objects),
            filesize.decimal(state.data_bytes),
            filesize.decimal(state.raw_bytes),
            str(state.quarantined_records),
            "never" if age is None else f"{age:.0f} s",
        )
    Console().print(table)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    made = cli.parser("scripts.status", "Show what runs, what was delivered and what failed.")
    made.add_argument("--output", choices=("table", "json"), default="table")
    add_target_options(made)
    return made.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(cli.run(main))
