"""What ``python -m producer`` does, from arguments to exit code."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from producer.arguments import DEFAULT_SHOWN, Options, parse
from scripts import cli
from scripts.deployment_options import chosen_target
from scripts.errors import UsageError

# Everything that takes long to import is imported where it is needed: --help answers at once.
if TYPE_CHECKING:
    from lambda_transform.contract_model import Contract
    from producer.clock import EventClock
    from producer.counts import Counts, Tally
    from producer.destination import Destination
    from producer.pacing import Plan
    from producer.records import Records
    from producer.report import Report
    from producer.run import Outcome
    from producer.sources import Source
    from producer.undelivered import UndeliveredFile

_SEED_BITS = 32


def main(arguments: Sequence[str]) -> int:
    """Make and send records.

    Returns 0 when all were acknowledged, 1 when some failed, 130 when a person stopped it.

    :raises UsageError: the arguments cannot work.
    :raises ToolError: sending ended early, or nothing could be sent at all.
    """
    options = parse(arguments)
    contract = _contract(options)
    seed = None
    if options.from_file is None:
        seed = secrets.randbits(_SEED_BITS) if options.seed is None else options.seed
    source = _source(options, contract, seed)
    if options.dry_run:
        return _print_records(options, source)
    return _send(options, source, seed)


def _contract(options: Options) -> Contract:
    from lambda_transform.contract import FILE_SUFFIX, load_contract
    from lambda_transform.errors import ContractError

    path = options.schemas / f"{options.dataset}{FILE_SUFFIX}"
    if not path.is_file():
        known = ", ".join(
            sorted(p.name.removesuffix(FILE_SUFFIX) for p in options.schemas.glob(f"*{FILE_SUFFIX}"))
        )
        raise UsageError(f"DATASET={options.dataset}: there is no {path}; there are: {known or 'none'}")
    try:
        return load_contract(path)
    except ContractError as error:
        raise UsageError(str(error)) from error


def _source(options: Options, contract: Contract, seed: int | None) -> Source:
    from producer.sources import FileSource, GeneratedSource

    if options.from_file is not None or seed is None:
        return FileSource(options.from_file or "-", contract.unique_key[0])
    from producer.generation.compiler import compile_contract

    return GeneratedSource(compile_contract(contract, seed), _clock(options))


def _clock(options: Options) -> EventClock:
    from producer.clock import SteadyClock, SystemClock

    return (
        SystemClock()
        if options.start_time is None
        else SteadyClock(options.start_time, options.rate_per_second)
    )


def _plan(options: Options) -> Plan:
    from producer.pacing import Plan

    return Plan(options.amount, options.duration_seconds, options.rate_per_second)


def _print_records(options: Options, source: Source) -> int:
    from producer.pacing import Pacer
    from producer.run import interruptible

    made = 0
    with interruptible() as interruption:
        pacer = Pacer(_plan(options), wait=interruption.wait)
        while (count := pacer.take()) and len(records := source.take(count)):
            pacer.learn(max(map(len, records.payloads)))
            sys.stdout.buffer.writelines(records.payloads)
            sys.stdout.buffer.flush()
            made += len(records)
    print(f"{made:,} {options.dataset} made, none sent (--dry-run)", file=sys.stderr)  # noqa: T201
    return cli.INTERRUPTED if interruption.times else cli.DONE


def _send(options: Options, source: Source, seed: int | None) -> int:
    from producer import destination
    from producer.counts import Tally
    from producer.display import start_log
    from producer.report import Report
    from producer.undelivered import UndeliveredFile

    start_log(debug=options.debug)
    place = destination.find(options.dataset, options.stream_name, chosen_target(options.target))
    keeper = UndeliveredFile(options.undelivered, options.dataset)
    try:
        outcome, interrupted = _produce(options, source, place, Tally(), keeper)
    finally:
        keeper.close()
    report = Report(
        options.dataset,
        place.stream_name,
        outcome.counts,
        outcome.seconds,
        seed,
        interrupted,
        str(keeper.path) if keeper.path else None,
        str(outcome.error) if outcome.error else None,
    )
    _print_report(options, report)
    if outcome.error is not None:
        raise outcome.error
    if report.counts.failed:
        return cli.FAILED
    return cli.INTERRUPTED if interrupted else cli.DONE


def _produce(
    options: Options, source: Source, place: Destination, tally: Tally, keeper: UndeliveredFile
) -> tuple[Outcome, bool]:
    from producer.display import Delivered, FirstRecords, ProgressBar
    from producer.kinesis import KinesisTransport
    from producer.pacing import Pacer
    from producer.run import interruptible, produce
    from producer.sender import Sender

    transport = KinesisTransport(place.client(options.connections), place.stream_name)
    sender = Sender(transport, keeper, tally, options.connections)
    # What a program reads on stdout is the report alone.
    first = FirstRecords(_shown(options), sys.stdout if options.output == "text" else sys.stderr)
    delivered = Delivered()
    bar = ProgressBar(options.amount, shown=options.output == "text")

    def tick(counts: Counts) -> None:
        bar.tick(counts)
        delivered.tick(counts)

    def seen(records: Records) -> None:
        first.show(records)
        bar.start()

    with interruptible() as interruption, bar:
        pacer = Pacer(_plan(options), wait=interruption.wait)
        outcome = produce(source, pacer, sender, tally, keeper, interruption, seen=seen, tick=tick)
        bar.end(outcome.counts)
    delivered.end(outcome.counts)
    return outcome, interruption.times > 0


def _shown(options: Options) -> int:
    if options.show is not None:
        return options.show
    return DEFAULT_SHOWN if options.output == "text" and sys.stdout.isatty() else 0


def _print_report(options: Options, report: Report) -> None:
    import json

    lines = report.as_lines() if options.output == "text" else [json.dumps(report.as_json())]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
