"""Workers of Athena: messages, limits, reading with a budget, and what is left behind by one that was killed."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from local_aws.athena.errors import (
    ExhaustedError,
    Position,
    QueryCancelledError,
    QueryError,
    QueryTimeoutError,
    UnsupportedError,
)
from local_aws.athena.executions import Execution
from local_aws.athena.uploads import noted_upload, unfinished_uploads
from local_aws.athena.workers import reading
from local_aws.athena.workers.channel import Channel
from local_aws.athena.workers.errors import ChannelClosedError, WorkerError
from local_aws.athena.workers.job import apply_changes, changes, error_message, read_error
from local_aws.athena.workers.limits import Limits, machine_memory_bytes
from local_aws.athena.workers.pool import WorkerPool
from local_aws.athena.workers.process import start_reader, start_worker
from local_aws.config import Settings
from tests.gateway_fixture import free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=free_port(), state_dir=tmp_path)


@pytest.fixture
def readers(settings: Settings) -> Iterator[WorkerPool]:
    pool = WorkerPool(settings, Limits.of(settings), 1, kept=0, start=start_reader)
    pool.open()
    yield pool
    pool.close()


def _execution() -> Execution:
    return Execution("one", "SELECT 1", "primary", "DML", "SELECT", None, None, None, 0.0)


def test_messages_arrive_whole_and_in_order() -> None:
    ours, theirs = (Channel(one) for one in socket.socketpair())
    texts = ["", "ß\ud800\x00", "x" * 100_000]
    for text in texts:
        ours.send({"text": text})
    assert [(theirs.receive(1) or {})["text"] for _ in texts] == texts
    assert theirs.receive(0) is None
    ours.close()
    with pytest.raises(ChannelClosedError, match="has closed"):
        theirs.receive(1)
    theirs.close()


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x01x", b"\x00\x00\x00\x02[]"])
def test_what_is_no_message_ends_the_conversation(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    with theirs:
        theirs.sendall(data)
        with pytest.raises(ChannelClosedError, match="message"):
            channel.receive(1)
    channel.close()


@pytest.mark.parametrize(
    "error",
    [
        QueryError("TYPE_MISMATCH", "no", Position(2, 3)),
        UnsupportedError("a thing"),
        ExhaustedError(),
        QueryTimeoutError(),
        QueryCancelledError("Query cancelled by user"),
    ],
)
def test_errors_survive_the_way_between_processes(error: QueryError) -> None:
    found = read_error(error_message(error))
    assert type(found) is type(error)
    assert (found.reason, found.category, found.error_type) == (
        error.reason,
        error.category,
        error.error_type,
    )
    assert str(found) == error.reason


def test_a_worker_says_nothing_about_the_state_of_an_execution() -> None:
    execution = _execution()
    before = vars(execution).copy()
    worked = replace(execution, output_rows=3, state="SUCCEEDED", id="another")
    apply_changes(execution, {**changes(before, worked), "no_such_field": 1})
    assert (execution.output_rows, execution.state, execution.id) == (3, "QUEUED", "one")
    assert not hasattr(execution, "no_such_field")


def test_all_workers_together_stay_within_half_of_the_memory(settings: Settings) -> None:
    limits = Limits.of(settings)
    assert limits.workers >= 1
    assert (limits.workers + 1) * limits.memory_bytes <= max(
        machine_memory_bytes() // 2, 2 * 512 * 1024 * 1024
    )
    assert limits.engine_bytes < limits.memory_bytes
    chosen = Limits.of(replace(settings, athena_workers=7, athena_memory_mib=600))
    assert (chosen.workers, chosen.memory_bytes) == (7, 600 * 1024 * 1024)


@pytest.mark.parametrize(
    ("query", "is_plain"),
    [
        ("SELECT 1", True),
        ("SELECT " + "(" * 8 + "1" + ")" * 8, True),
        ("SELECT " + "(" * 9 + "1" + ")" * 9, False),
        ("SELECT " + "ARRAY[" * 9 + "1" + "]" * 9, False),
        ("SELECT '" + "x" * 5000 + "'", False),
    ],
)
def test_long_and_nested_statements_are_read_elsewhere(query: str, is_plain: bool) -> None:
    assert reading.is_plain(query) is is_plain


def test_a_statement_is_read_elsewhere_as_it_is_here(readers: WorkerPool) -> None:
    deep = "SELECT " + "(" * 20 + "{}" + ")" * 20
    assert reading.problem_within_budget(deep.format(1), readers) is None
    problem = reading.problem_within_budget(deep.format("1 +"), readers)
    assert problem is not None
    assert problem.reason.startswith("SYNTAX_ERROR: line 1:")
    too_deep = reading.problem_within_budget("SELECT " + "(" * 3000 + "1" + ")" * 3000, readers)
    assert too_deep is not None
    assert too_deep.name == "STATEMENT_TOO_LARGE"


def test_a_statement_that_takes_too_long_to_read_is_left_to_its_worker(
    readers: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_READ_SECONDS", 0.5)
    endless = "SELECT " + "ROW(" * 100 + "1" + ")" * 100
    assert reading.problem_within_budget(endless, readers) is None
    monkeypatch.setattr(reading, "_READ_SECONDS", 60)
    assert reading.problem_within_budget("SELECT '" + "x" * 5000 + "'", readers) is None


def test_a_worker_has_nothing_of_the_gateway_and_ends_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        worker = start_worker(settings, Limits.of(settings))
        process = psutil.Process(worker.pid)
        assert "secret" not in str(process.environ())
        assert not process.net_connections("inet")
        assert process.cwd()
        assert worker.own_bytes() > 0
        worker.channel.close()
        wait_until(lambda: not worker.is_alive, "the worker ends")
    worker.end()
    assert not worker.scratch.exists()


def test_a_pool_keeps_one_worker_and_replaces_it(settings: Settings) -> None:
    limits = replace(Limits.of(settings), idle_seconds=0.0)
    pool = WorkerPool(settings, limits, 2)
    pool.open()
    try:
        with pool.lent() as first, pool.lent() as second:
            assert first.pid != second.pid
            second.kill()
        with pool.lent() as again:
            assert again.pid != second.pid
        again.popen.send_signal(signal.SIGKILL)
        wait_until(lambda: not again.is_alive, "the idle worker is dead")
        with pool.lent() as other:
            last = psutil.Process(other.pid)
    finally:
        pool.close()
    assert not last.is_running()
    with pytest.raises(WorkerError, match="stopping"), pool.lent():
        pass


def test_a_worker_that_does_not_start_is_said_to_have_not(settings: Settings) -> None:
    def start(_settings: Settings, _limits: Limits) -> None:
        raise WorkerError("no")

    pool = WorkerPool(settings, Limits.of(settings), 1, start=start)  # type: ignore[arg-type]
    pool.open()
    begun = time.monotonic()
    with pytest.raises(WorkerError, match="no"), pool.lent():
        pass
    assert time.monotonic() >= begun
    pool.close()


def test_uploads_are_noted_while_they_run(tmp_path: Path) -> None:
    with noted_upload(tmp_path / "rows.csv", "s3://b/k"):
        assert unfinished_uploads(tmp_path) == ["s3://b/k"]
    assert unfinished_uploads(tmp_path) == []
