"""Sets of record numbers, and the low-water mark of a shard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.delivery.errors import JournalError
from local_aws.delivery.ledger import BACKUP, MAIN, Position, ShardLedger
from local_aws.delivery.ordinals import Window, as_ordinals, decode, encode

numbers = st.sets(st.integers(0, 5000), min_size=1)


@given(numbers, st.integers(0, 2**50))
def test_a_set_survives_encoding(members: set[int], base: int) -> None:
    ordinals = as_ordinals([base + member for member in members])
    assert decode(encode(ordinals)).tolist() == ordinals.tolist()


@pytest.mark.parametrize("bad", [(0, "not base64!"), (0, "AAAA"), ("x", "eJwDAAAAAAE="), (1, 2, 3), (1,)])
def test_a_damaged_set_is_an_error(bad: tuple[int | str, ...]) -> None:
    with pytest.raises(JournalError):
        decode(bad)


@given(
    st.lists(numbers, max_size=4),
    st.lists(st.integers(0, 5000), max_size=3),
    st.integers(0, 5200),
    st.integers(1, 200),
)
def test_a_window_is_a_set_that_forgets_what_lies_below(
    added: list[set[int]], bases: list[int], first: int, count: int
) -> None:
    window, model, base = Window(), set[int](), 0
    for step, members in enumerate(added):
        window.add(as_ordinals(sorted(members)))
        model |= members
        if step < len(bases):
            base = max(base, bases[step])
            window.advance(bases[step])
    expected = [n - first for n in range(first, first + count) if n >= base and n not in model]
    found = window.unfinished(first, count)
    assert (list(range(count)) if found is None else found) == expected
    assert window.members().tolist() == sorted(n for n in model if n >= base)
    assert len(window) == len([n for n in model if n >= base])


def ledger() -> ShardLedger:
    """Three chunks of ten, twenty and five records; backup and main."""
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.admit("1", "10", 10, 10, 20)
    shard.admit("11", "30", 20, 20, 40)
    shard.admit("31", "35", 5, 5, 10)
    return shard


def place(shard: ShardLedger) -> tuple[str | None, str | None]:
    return shard.position.after_sequence, shard.position.next_sequence


def test_the_position_waits_for_every_sink() -> None:
    shard = ledger()
    shard.complete(MAIN, as_ordinals(range(35)))
    assert place(shard) == (None, "1")
    shard.complete(BACKUP, as_ordinals(range(12)))
    assert place(shard) == ("10", "11")
    shard.complete(BACKUP, as_ordinals(range(12, 35)))
    assert place(shard) == ("35", None)
    assert shard.outstanding == 0


def test_the_position_waits_for_the_oldest_record() -> None:
    shard = ledger()
    shard.complete(BACKUP, as_ordinals(range(35)))
    shard.complete(MAIN, as_ordinals(range(1, 35)))
    assert shard.position.source_ordinal == 0
    assert shard.outstanding == 1
    shard.complete(MAIN, as_ordinals([0]))
    assert shard.position.source_ordinal == 35


def test_chunks_without_records_are_finished_at_once() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.admit("1", "1", 0, 0, 0)
    assert shard.position.after_sequence == "1"
    shard.admit("2", "2", 1, 1, 1)
    shard.admit("3", "3", 0, 0, 0)
    shard.admit("4", "4", 1, 1, 1)
    shard.complete(MAIN, as_ordinals([1]))
    assert shard.position.after_sequence == "1"
    shard.complete(MAIN, as_ordinals([0]))
    assert shard.position.after_sequence == "4"


def test_a_shard_has_ended_when_nothing_of_it_is_outstanding() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.admit("1", "2", 2, 2, 2)
    shard.end()
    assert not shard.position.ended
    shard.complete(MAIN, as_ordinals([0, 1]))
    assert shard.position.ended


def test_a_shard_without_records_ends() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.end()
    assert shard.position.ended


def test_an_account_survives_json() -> None:
    shard = ledger()
    shard.complete(MAIN, as_ordinals([0, 1, 2, 15]))
    shard.complete(BACKUP, as_ordinals(range(10)))
    again = ShardLedger.from_json(shard.to_json())
    assert again.position == shard.position
    assert again.finished[MAIN].members().tolist() == [0, 1, 2, 15]
    assert again.finished[BACKUP].members().tolist() == list(range(10))


@pytest.mark.parametrize(("first_sequence", "is_met"), [("1", True), ("7", False)])
def test_a_gap_in_the_source_is_noticed(first_sequence: str, is_met: bool) -> None:
    shard = ledger()
    shard.complete(MAIN, as_ordinals([5]))
    again = ShardLedger.from_json(shard.to_json())
    assert again.meet(first_sequence) is is_met
    assert again.finished[MAIN].unfinished(5, 1) == ([] if is_met else None)
