"""Whole runs: source, pacing, batching and sending together."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from producer.clock import SteadyClock
from producer.counts import Tally
from producer.errors import GenerationError
from producer.generation.compiler import compile_contract
from producer.kinesis import KinesisTransport
from producer.pacing import Pacer, Plan
from producer.records import Records
from producer.run import Interruption, Outcome, interruptible, produce
from producer.sender import Sender
from producer.sources import FileSource, GeneratedSource, Source
from producer.undelivered import UndeliveredFile
from tests.unit.producer.conftest import QUICK, client, made
from tests.unit.producer.contracts import shipped
from tests.unit.producer.kinesis_server import Fault, KinesisServer, kinesis_server
from tests.unit.producer.test_pacing import Time
from tests.waiting import LIMIT_SECONDS


def generated(seed: int = 1) -> GeneratedSource:
    return GeneratedSource(compile_contract(shipped("events"), seed), SteadyClock(1_767_225_600.0))


def run(
    server: KinesisServer,
    source: Source,
    folder: Path,
    plan: Plan,
    interruption: Interruption | None = None,
    connections: int = 3,
    pacer: Pacer | None = None,
) -> tuple[Outcome, UndeliveredFile]:
    stopper = interruption or Interruption()
    keeper, tally = UndeliveredFile(folder, "events"), Tally()
    sender = Sender(
        KinesisTransport(client(server.endpoint, connections), "s"), keeper, tally, connections, QUICK
    )
    try:
        outcome = produce(source, pacer or Pacer(plan, wait=stopper.wait), sender, tally, keeper, stopper)
    finally:
        keeper.close()
    return outcome, keeper


def test_what_is_stored_is_what_the_seed_makes(tmp_path: Path) -> None:
    with kinesis_server() as server:
        outcome, keeper = run(server, generated(7), tmp_path, Plan(amount=2300))
    assert sorted(server.stored) == sorted(generated(7).take(2300).payloads)
    assert sorted(map(len, server.calls)) == [300, 500, 500, 500, 500]
    assert (outcome.counts.generated, outcome.counts.sent, outcome.counts.failed) == (2300, 2300, 0)
    assert outcome.error is None
    assert keeper.path is None
    assert list(tmp_path.iterdir()) == []


def test_a_slow_run_does_not_wait_for_full_requests(tmp_path: Path) -> None:
    plan, time = Plan(amount=60, rate_per_second=200), Time()
    has_come = threading.Event()

    def wait(seconds: float) -> bool:
        # The second record is made when the first has come: nothing else would send it.
        assert has_come.wait(LIMIT_SECONDS)
        return time.wait(seconds)

    with kinesis_server(lambda _: has_come.set()) as server:
        outcome, _ = run(server, generated(), tmp_path, plan, pacer=Pacer(plan, time.clock, wait))
    assert outcome.counts.sent == 60
    assert server.calls[0] == generated().take(1).payloads


def test_after_a_final_error_every_record_is_stored_or_in_the_file_and_can_be_sent_again(
    tmp_path: Path,
) -> None:
    def plan(call: int) -> Fault | None:
        return Fault(status=400, code="AccessDeniedException") if call >= 2 else None

    with kinesis_server(plan) as server:
        outcome, keeper = run(server, generated(), tmp_path, Plan(amount=100_000))
    counts = outcome.counts
    assert "AccessDeniedException" in str(outcome.error)
    assert (counts.sent, counts.settled) == (1000, True)
    assert 0 < counts.failed == counts.generated - 1000 < 100_000
    assert keeper.path is not None
    kept = keeper.path.read_bytes().splitlines(keepends=True)
    everything = generated().take(counts.generated)
    assert sorted([*server.stored, *kept]) == sorted(everything.payloads)

    with kinesis_server() as server:
        again, _ = run(server, FileSource(str(keeper.path), "event_uuid"), tmp_path / "again", Plan())
    assert sorted(server.stored) == sorted(kept)
    made_keys = dict(zip(everything.payloads, everything.keys, strict=True))
    assert server.keys == [made_keys[payload] for payload in server.stored]
    assert again.counts.sent == counts.failed


def test_a_record_that_no_request_can_hold_is_kept_aside(tmp_path: Path) -> None:
    class Mixed:
        def __init__(self) -> None:
            self.left = [Records(["a", "b"], [b"x" * 2_000_000 + b"\n", b"small\n"])]

        def take(self, count: int) -> Records:
            return self.left.pop() if self.left else Records([], [])

    with kinesis_server() as server:
        outcome, keeper = run(server, Mixed(), tmp_path, Plan())
    assert server.stored == [b"small\n"]
    assert (outcome.counts.sent, outcome.counts.failed, outcome.counts.settled) == (1, 1, True)
    assert keeper.path is not None
    assert keeper.path.stat().st_size == 2_000_001


def test_an_error_while_making_records_still_sends_what_was_made(tmp_path: Path) -> None:
    class Failing:
        def __init__(self) -> None:
            self.rounds = 0

        def take(self, count: int) -> Records:
            self.rounds += 1
            if self.rounds > 2:
                raise GenerationError("no more")
            return made(7, 7 * self.rounds)

    with kinesis_server() as server:
        outcome, _ = run(server, Failing(), tmp_path, Plan())
    assert str(outcome.error) == "no more"
    assert (outcome.counts.sent, len(server.stored), outcome.counts.settled) == (14, 14, True)


def test_the_first_interruption_ends_making_and_sends_the_rest(tmp_path: Path) -> None:
    interruption = Interruption()

    def plan(call: int) -> None:
        if call == 3:
            interruption.happen()

    with kinesis_server(plan) as server:
        outcome, _ = run(server, generated(), tmp_path, Plan(duration_seconds=60), interruption)
    counts = outcome.counts
    assert counts.sent == counts.generated == len(server.stored)
    assert (counts.failed, server.repeated, outcome.error) == (0, 0, None)


def test_the_second_interruption_gives_up_and_keeps(tmp_path: Path) -> None:
    interruption = Interruption()
    refused = Fault(status=400, code="ThrottlingException")

    def twice() -> None:
        interruption.happen()
        interruption.happen()

    def plan(call: int) -> Fault | None:
        if call == 4:
            threading.Thread(target=twice).start()
        return refused if call >= 2 else None

    with kinesis_server(plan) as server:
        outcome, keeper = run(server, generated(), tmp_path, Plan(duration_seconds=60), interruption)
    counts = outcome.counts
    assert counts.settled
    assert (counts.sent, len(server.stored)) == (1000, 1000)
    assert keeper.path is not None
    kept = keeper.path.read_bytes().splitlines(keepends=True)
    assert len(kept) == counts.failed
    assert len({*server.stored, *kept}) == counts.generated


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_interruptions_and_are_put_back(number: int) -> None:
    before = signal.getsignal(number)
    with interruptible() as interruption:
        assert not interruption.wait(0)
        os.kill(os.getpid(), number)
        assert interruption.wait(LIMIT_SECONDS)
        assert interruption.times == 1
    assert signal.getsignal(number) is before


def test_lines_of_a_file_are_sent_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(
        b'{"id": "one", "x": 1}\n\n{"id": 2}\n[3]\nnot json\n\xff\xfe\n{"no": "id"}\n{"id": "last"}'
    )
    source = FileSource(str(file), "id")
    first, rest, end = source.take(2), source.take(100), source.take(100)
    assert list(first.payloads) == [b'{"id": "one", "x": 1}\n', b'{"id": 2}\n']
    assert list(first.keys) == ["one", "2"]
    assert list(rest.payloads) == [
        b"[3]\n",
        b"not json\n",
        b"\xff\xfe\n",
        b'{"no": "id"}\n',
        b'{"id": "last"}\n',
    ]
    assert rest.keys[-1] == "last"
    assert len(set(rest.keys)) == 5
    assert all(1 <= len(key) <= 256 for key in rest.keys)
    assert len(end) == 0
