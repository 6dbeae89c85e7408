"""The command as a person or a script runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from producer.arguments import parse
from scripts.errors import UsageError
from scripts.paths import REPOSITORY
from tests.unit.producer.kinesis_server import Fault, KinesisServer, kinesis_server
from tests.waiting import LIMIT_SECONDS, wait_until

PRODUCER = (sys.executable, "-m", "producer")


def environment(server: KinesisServer | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, **({"AWS_ENDPOINT_URL": server.endpoint} if server else {})}


def call(*arguments: str, server: KinesisServer | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PRODUCER, *arguments],
        env=environment(server),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def test_ten_events_for_a_person() -> None:
    with kinesis_server() as server:
        done = call("--amount", "10", "--stream", "mine", "--show", "2", server=server)
    assert done.returncode == 0
    assert len(server.stored) == 10
    assert server.streams == {"mine"}
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d - INFO - 10 messages delivered to Kinesis\.\n", done.stderr
    )
    shown, _, last = done.stdout.partition("10 events sent to mine, 0 retried, 0 failed, in ")
    decoder, documents = json.JSONDecoder(), []
    while shown := shown.lstrip():
        document, end = decoder.raw_decode(shown)
        documents.append(document)
        shown = shown[end:]
    assert documents == [json.loads(payload) for payload in server.stored[:2]]
    assert 'next: make query SQL="select count(*) from events"' in last


def test_a_report_for_a_program() -> None:
    with kinesis_server() as server:
        done = call(
            "--dataset",
            "customers",
            "--amount",
            "7",
            "--seed",
            "5",
            "--stream",
            "s",
            "--output",
            "json",
            server=server,
        )
    report = json.loads(done.stdout)
    assert (report["generated"], report["sent"], report["retried"], report["failed"]) == (7, 7, 0, 0)
    assert (report["dataset"], report["stream"], report["seed"], report["error"]) == (
        "customers",
        "s",
        5,
        None,
    )
    assert report["sent_bytes"] == sum(map(len, server.stored))


def test_dry_run_needs_no_aws_and_repeats_itself() -> None:
    same = ("--amount", "5", "--seed", "1", "--start-time", "2026-01-31T12:00:00Z", "--dry-run")
    first, second = call(*same), call(*same)
    assert first.returncode == 0
    assert first.stdout == second.stdout
    records = [json.loads(line) for line in first.stdout.splitlines()]
    assert len(records) == 5
    assert all(1769860800 - 60 <= record["created_at"] <= 1769860800 for record in records)
    assert first.stderr == "5 events made, none sent (--dry-run)\n"


def test_a_reader_that_goes_away_ends_a_dry_run_quietly() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m producer --amount 200000 --dry-run | head -n 2"],
        env=environment(),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_a_missing_stream_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    with kinesis_server(lambda _call: Fault(status=400, code="ResourceNotFoundException")) as server:
        done = call("--amount", "10", "--stream", "gone", "--undelivered", str(tmp_path), server=server)
        (file,) = tmp_path.iterdir()
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith(f"error: there is no stream 'gone' at {server.endpoint}")
        assert "0 events sent to gone, 0 retried, 10 failed" in done.stdout
        assert f"--from-file {file}" in done.stdout
        server.plan = lambda _call: None
        again = call("--from-file", str(file), "--stream", "back", "--output", "json", server=server)
    assert json.loads(again.stdout)["sent"] == 10
    assert sorted(server.stored) == sorted(file.read_bytes().splitlines(keepends=True))


def test_a_traceback_only_with_debug(tmp_path: Path) -> None:
    with kinesis_server(lambda _call: Fault(status=400, code="AccessDeniedException")) as server:
        done = call(
            "--amount", "1", "--stream", "s", "--undelivered", str(tmp_path), "--debug", server=server
        )
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: s at http://127.0.0.1")


def test_ctrl_c_stops_cleanly_and_accounts() -> None:
    with kinesis_server() as server:
        process = subprocess.Popen(
            [*PRODUCER, "--duration", "600s", "--rate", "200", "--stream", "s", "--output", "json"],
            env=environment(server),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: len(server.stored) >= 50, "50 records are sent")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_SECONDS)
    report = json.loads(out)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert report["interrupted"] is True
    assert report["sent"] == report["generated"] == len(server.stored) >= 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say how many: --amount 10"),
        (("--amount", "0"), "'0' is not a whole number of at least 1"),
        (("--amount", "1.5"), "'1.5' is not a whole number"),
        (("--rate", "-3", "--amount", "1"), "'-3' is not a number of records a second"),
        (("--rate", "nan", "--amount", "1"), "'nan' is not a number of records a second"),
        (("--duration", "5 minutes"), "such as 30s, 5m, 2h or 1d"),
        (("--duration", "0s"), "such as 30s, 5m, 2h or 1d"),
        (("--amount", "1", "--start-time", "noon"), "2026-01-31T12:00:00Z"),
        (("--amount", "1", "--connections", "999"), "from 1 to 64"),
        (("--from-file", "x", "--seed", "1"), "--from-file"),
        (("--amount", "1", "--dataset", "nothing"), "there are: customers, events"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], said: str) -> None:
    done = call(*arguments, "--dry-run")
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there() -> None:
    done = call("--from-file", "nothing.jsonl", "--dry-run")
    assert (done.returncode, done.stderr) == (
        1,
        "error: --from-file nothing.jsonl: No such file or directory\n",
    )


def test_what_can_be_typed() -> None:
    options = parse(["--amount", "1_000,000", "--duration", "1.5m", "--rate", "2.5", "--seed", "-1"])
    assert (options.amount, options.duration_seconds, options.rate_per_second, options.seed) == (
        1_000_000,
        90,
        2.5,
        -1,
    )
    assert parse(["--duration", "90"]).duration_seconds == 90
    assert parse(["--amount", "1", "--start-time", "2026-01-31T13:00:00+01:00"]).start_time == 1769860800
    assert parse(["--amount", "1", "--start-time", "1769860800.5"]).start_time == 1769860800.5
    with pytest.raises(UsageError):
        parse([])


def test_help_answers_without_heavy_imports() -> None:
    probe = (
        "import sys, contextlib, io\n"
        "from producer.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main(['--help'])\n"
        "print(sorted({'numpy', 'faker', 'boto3', 'botocore', 'rich', 'orjson'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    assert done.stdout == "[]\n"
