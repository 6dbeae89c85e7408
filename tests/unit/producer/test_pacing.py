from __future__ import annotations

import pytest

from producer.pacing import LARGEST_CHUNK_BYTES, LONGEST_CHUNK_RECORDS, Pacer, Plan


class Time:
    """A clock that only moves when somebody waits, or when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stop_at: float | None = None

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.stop_at is not None and self.now >= self.stop_at

    def pacer(
        self, amount: int | None = None, duration: float | None = None, rate: float | None = None
    ) -> Pacer:
        return Pacer(Plan(amount, duration, rate), self.clock, self.wait)


def run(pacer: Pacer) -> list[int]:
    taken = []
    while count := pacer.take():
        taken.append(count)
        pacer.learn(200)
    return taken


@pytest.mark.parametrize("amount", [1, 10, LONGEST_CHUNK_RECORDS, 2 * LONGEST_CHUNK_RECORDS + 1])
def test_an_amount_is_met_exactly(amount: int) -> None:
    taken = run(Time().pacer(amount=amount))
    assert sum(taken) == amount
    assert max(taken) <= LONGEST_CHUNK_RECORDS


@pytest.mark.parametrize("rate", [0.5, 1, 3, 10, 99.5, 1000, 12_345.678, 1_000_000])
def test_a_rate_and_a_duration_make_an_amount(rate: float) -> None:
    time = Time()
    assert sum(run(time.pacer(duration=30, rate=rate))) == pytest.approx(30 * rate, abs=1)
    assert time.now <= 1030 + 1e-6


def test_whole_rates_are_met_exactly() -> None:
    assert sum(run(Time().pacer(duration=30, rate=100))) == 3000
    assert sum(run(Time().pacer(duration=3, rate=10))) == 30


def test_at_no_moment_are_there_more_than_the_rate_allows() -> None:
    time = Time()
    pacer = time.pacer(amount=5000, rate=1000)
    total = 0
    while count := pacer.take():
        total += count
        assert total <= 1 + (time.now - 1000) * 1000 + 1e-3
    assert total == 5000
    assert time.now - 1000 == pytest.approx(4.999)


def test_the_first_record_goes_at_once_and_slow_ones_one_by_one() -> None:
    time = Time()
    pacer = time.pacer(amount=3, rate=0.5)
    moments = []
    while pacer.take() == 1:
        moments.append(time.now - 1000)
    assert moments == pytest.approx([0, 2, 4])


def test_after_a_long_pause_no_more_than_a_second_is_caught_up() -> None:
    time = Time()
    pacer = time.pacer(rate=1000, duration=10_000)
    assert pacer.take() == 1
    time.now += 600
    before, caught_up = time.now, 0
    while time.now == before:
        caught_up += pacer.take()
    assert caught_up <= 1000 + 250


def test_a_duration_alone_ends_by_the_clock() -> None:
    time = Time()
    pacer = time.pacer(duration=5)
    assert pacer.take() > 0
    time.now += 4.9
    assert pacer.take() > 0
    time.now += 0.1
    assert pacer.take() == 0


def test_the_smaller_of_amount_and_duration_wins() -> None:
    assert sum(run(Time().pacer(amount=5, duration=30, rate=10))) == 5
    assert sum(run(Time().pacer(amount=5000, duration=30, rate=10))) == 300


def test_an_interruption_ends_the_run() -> None:
    time = Time()
    time.stop_at = 1002
    taken = run(time.pacer(amount=10_000, rate=100))
    assert sum(taken) <= 201


def test_what_was_due_before_the_end_is_made_even_when_late() -> None:
    time = Time()
    pacer = time.pacer(duration=1, rate=4)
    assert pacer.take() == 1
    time.now += 5
    rest = run(pacer)
    assert sum(rest) == 3


def test_what_is_made_at_a_time_fits_into_memory() -> None:
    pacer = Time().pacer(amount=10**9)
    assert pacer.take() <= 50
    pacer.learn(1_000_000)
    assert pacer.take() * 1_000_000 <= LARGEST_CHUNK_BYTES
    pacer.learn(10**9)
    assert pacer.take() == 1
    pacer.learn(200)
    assert pacer.take() == LONGEST_CHUNK_RECORDS
