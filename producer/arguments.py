"""The command line of the producer."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts import cli
from scripts.deployment_options import add_target_options
from scripts.errors import UsageError
from scripts.paths import REPOSITORY, SCHEMAS

DEFAULT_CONNECTIONS = 4
MOST_CONNECTIONS = 64
DEFAULT_SHOWN = 3
_UNITS_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Options:
    """What was asked for. ``show`` is None when it depends on whether a person looks at the output."""

    dataset: str
    amount: int | None
    duration_seconds: float | None
    rate_per_second: float | None
    seed: int | None
    start_time: float | None
    dry_run: bool
    show: int | None
    connections: int
    stream_name: str | None
    from_file: str | None
    schemas: Path
    undelivered: Path
    output: str
    debug: bool
    target: argparse.Namespace


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments.

    :raises UsageError: they contradict each other. (What argparse itself refuses ends the process with code 2.)
    """
    parsed = _parser().parse_args(arguments)
    if parsed.from_file is None and parsed.amount is None and parsed.duration is None:
        raise UsageError("say how many: --amount 10 or --duration 30s or both (make produce AMOUNT=10)")
    if parsed.from_file is not None and (parsed.seed is not None or parsed.start_time is not None):
        raise UsageError(
            "--from-file sends records as they are: --seed and --start-time have nothing to decide"
        )
    return Options(
        dataset=parsed.dataset,
        amount=parsed.amount,
        duration_seconds=parsed.duration,
        rate_per_second=parsed.rate,
        seed=parsed.seed,
        start_time=parsed.start_time,
        dry_run=parsed.dry_run,
        show=parsed.show,
        connections=parsed.connections,
        stream_name=parsed.stream,
        from_file=parsed.from_file,
        schemas=parsed.schemas,
        undelivered=parsed.undelivered,
        output=parsed.output,
        debug=parsed.debug,
        target=parsed,
    )


def _parser() -> argparse.ArgumentParser:
    made = cli.parser(
        "producer", "Make records of a dataset from its data contract and send them to its stream."
    )
    made.add_argument("--dataset", default="events", help="which contract in schemas/ (default: events)")
    made.add_argument("--amount", type=_count, help="make so many records")
    made.add_argument("--duration", type=_duration, help="make records for so long: 30s, 5m, 2h, 1d")
    made.add_argument("--rate", type=_rate, help="make so many a second (default: as many as possible)")
    made.add_argument(
        "--seed", type=int, help="the same seed makes the same records (default: new ones each time)"
    )
    made.add_argument(
        "--start-time",
        type=_moment,
        help="the first record's moment, 2026-01-31T12:00:00Z; the next follow by --rate (default: now)",
    )
    made.add_argument(
        "--from-file", metavar="FILE", help="send the lines of a file (- is stdin) instead of making records"
    )
    made.add_argument(
        "--dry-run", action="store_true", help="print the records instead of sending them; needs no AWS"
    )
    made.add_argument(
        "--show",
        type=_count_or_none,
        metavar="N",
        help=f"print the first N records (default: {DEFAULT_SHOWN} on a terminal)",
    )
    made.add_argument(
        "--connections",
        type=_connections,
        default=DEFAULT_CONNECTIONS,
        help=f"requests at a time (default: {DEFAULT_CONNECTIONS})",
    )
    made.add_argument("--stream", metavar="NAME", help="send to this stream instead of the dataset's own")
    made.add_argument(
        "--output", choices=("text", "json"), default="text", help="form of the final report (default: text)"
    )
    made.add_argument(
        "--schemas", type=Path, default=SCHEMAS, help="folder of the contracts (default: schemas/)"
    )
    made.add_argument(
        "--undelivered",
        type=Path,
        metavar="FOLDER",
        default=_state_folder() / "undelivered",
        help="where records go that cannot be delivered (default: .streamlake/undelivered/)",
    )
    add_target_options(made)
    return made


def _state_folder() -> Path:
    return Path(os.environ.get("STREAMLAKE_STATE_DIR") or REPOSITORY / ".streamlake")


def _count(text: str) -> int:
    return _whole(text, 1, None)


def _count_or_none(text: str) -> int:
    return _whole(text, 0, None)


def _connections(text: str) -> int:
    return _whole(text, 1, MOST_CONNECTIONS)


def _whole(text: str, least: int, most: int | None) -> int:
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdecimal() or int(digits) < least or (most is not None and int(digits) > most):
        allowed = f"from {least} to {most}" if most is not None else f"of at least {least}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {allowed}")
    return int(digits)


def _rate(text: str) -> float:
    try:
        rate = float(text.replace("_", "").replace(",", ""))
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of records a second above 0")
    return rate


def _duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    seconds = float(match[1]) * _UNITS_SECONDS[match[2]] if match else 0.0
    if not seconds:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration above 0, such as 30s, 5m, 2h or 1d")
    return seconds


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return float(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a moment such as 2026-01-31T12:00:00Z, nor seconds since 1970"
            ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
