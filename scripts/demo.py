"""The whole lake in one command: ``python -m scripts.demo`` (``make demo``)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console

from scripts import accounting, athena, cli, deploy, fingerprint, package_transform, tables
from scripts.deployment import Outputs, load_outputs
from scripts.errors import NotDeployedError, ToolError
from scripts.paths import REPOSITORY, SCHEMAS, TRANSFORM_PACKAGES
from scripts.targets import Target, resolve
from scripts.terraform_runner import Runner

AMOUNTS = {"events": 2000, "customers": 200}
DELIVERY_TIMEOUT_SECONDS = 120
QUERIES = (
    (
        "Which events arrived?",
        "select event_type, count(*) as events from events group by 1 order by 2 desc, 1 limit 5",
    ),
    (
        "What does one look like?",
        "select event_name, created_datetime, event_subtype, payload from events "
        "order by created_datetime desc, event_uuid limit 3",
    ),
    (
        "And the other dataset?",
        "select status, count(*) as customers from customers group by 1 order by 2 desc, 1",
    ),
)


@dataclass
class Clock:
    """Remembers where the time went."""

    steps: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step and announce it."""
        _say(f"[bold]{name}[/bold]")
        started = time.monotonic()
        yield
        self.steps.append((name, time.monotonic() - started))


def main(arguments: Sequence[str]) -> int:
    """Start, deploy, produce, wait, query; then tell what to type next."""
    cli.parser("scripts.demo", "Run the whole lake on this machine.").parse_args(arguments)
    clock = Clock()
    with clock.step("start the local AWS"):
        _call("local_aws", "up")
    with clock.step("deploy with Terraform"):
        package_transform.pack(SCHEMAS, TRANSFORM_PACKAGES)
        target = resolve("local", None)
        outputs = _running(target) or _deploy(target)
    with clock.step("count what is there"):
        before = {name: accounting.count(outputs, outputs.dataset(name)) for name in AMOUNTS}
    with clock.step("produce"):
        sent = {name: _produce(name, amount) for name, amount in AMOUNTS.items()}
    with clock.step("wait until everything is delivered"):
        after = {name: _wait(outputs, name, before[name].total + sent[name]) for name in AMOUNTS}
    with clock.step("query with Athena"):
        for question, sql in QUERIES:
            _query(outputs, question, sql)
    _say("[bold]Every record accounted for[/bold]")
    for name, counted in after.items():
        rows, bad = counted.rows - before[name].rows, counted.quarantined - before[name].quarantined
        print(
            f"  {name}: {sent[name]} acknowledged = {rows} rows + {bad} quarantined; {counted.rows} rows in all"
        )
    _say("[bold]Where the time went[/bold]")
    for name, seconds in clock.steps:
        print(f"  {seconds:6.1f} s  {name}")
    print(f"  {sum(seconds for _, seconds in clock.steps):6.1f} s  in all")
    _say("[bold]What to type next[/bold]")
    print(
        "  make produce AMOUNT=10\n"
        '  make query SQL="select event_type, count(*) from events group by 1"\n'
        "  make status\n"
        "  make destroy && make down"
    )
    return cli.DONE


def _running(target: Target) -> Outputs | None:
    if not fingerprint.unchanged(target):
        return None
    try:
        outputs = load_outputs(target)
    except NotDeployedError:  # destroyed by terraform itself, behind our back
        return None
    print("  the lake runs already, and nothing it is made from has changed")
    return outputs


def _deploy(target: Target) -> Outputs:
    runner = Runner(target)
    deploy.prepare(runner)
    deploy.deploy(runner, target, yes=True)
    return load_outputs(target)


def _produce(dataset: str, amount: int) -> int:
    answer = _call(
        "producer", "--dataset", dataset, "--amount", str(amount), "--show", "0", "--output", "json"
    )
    report = json.loads(answer)
    if report["failed"]:
        raise ToolError(
            f"{report['failed']} of {amount} {dataset} could not be sent; see: make produce DATASET={dataset} AMOUNT=10"
        )
    print(f"  {report['sent']} {dataset} sent, {report['retried']} retried, {report['failed']} failed")
    return int(report["sent"])


def _wait(outputs: Outputs, name: str, expected: int) -> accounting.Counted:
    dataset = outputs.dataset(name)
    with Console().status(f"{name}: waiting for {expected} records") as status:
        counted = accounting.wait_until(
            outputs,
            dataset,
            expected,
            timeout_seconds=DELIVERY_TIMEOUT_SECONDS,
            seen=lambda now: status.update(f"{name}: {now.total} of {expected} records"),
        )
    print(f"  {name}: {counted.total} records in the lake")
    return counted


def _query(outputs: Outputs, question: str, sql: str) -> None:
    print(f"  {question}\n  {sql}")
    result = athena.run(outputs, sql)
    tables.show(result.columns, result.types, result.rows)
    print(f"  {result.summary()}\n")


def _call(module: str, *arguments: str) -> str:
    process = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode != 0:
        raise ToolError(
            f"python -m {module} ended with exit code {process.returncode}; its own message is above"
        )
    return process.stdout


def _say(text: str) -> None:
    Console().print(text, highlight=False)


if __name__ == "__main__":
    sys.exit(cli.run(main))
