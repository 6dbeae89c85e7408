"""Sets of record numbers, and the low-water mark of a shard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.delivery.errors import JournalError
from local_aws.delivery.ledger import BACKUP, MAIN, Position, ShardLedger
from local_aws.delivery.marks import Marks, mark
from local_aws.delivery.marks import decode as decode_marks
from local_aws.delivery.marks import encode as encode_marks
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
    shard.admit("10", 10, 10, 20)
    shard.admit("30", 20, 20, 40)
    shard.admit("35", 5, 5, 10)
    return shard


def place(shard: ShardLedger) -> tuple[str | None, int]:
    return shard.position.after_sequence, shard.position.source_ordinal


def test_the_position_waits_for_every_sink() -> None:
    shard = ledger()
    shard.complete(MAIN, as_ordinals(range(35)))
    assert place(shard) == (None, 0)
    shard.complete(BACKUP, as_ordinals(range(12)))
    assert place(shard) == ("10", 10)
    shard.complete(BACKUP, as_ordinals(range(12, 35)))
    assert place(shard) == ("35", 35)
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
    shard.admit("1", 0, 0, 0)
    assert shard.position.after_sequence == "1"
    shard.admit("2", 1, 1, 1)
    shard.admit("3", 0, 0, 0)
    shard.admit("4", 1, 1, 1)
    shard.complete(MAIN, as_ordinals([1]))
    assert shard.position.after_sequence == "1"
    shard.complete(MAIN, as_ordinals([0]))
    assert shard.position.after_sequence == "4"


def test_a_shard_has_ended_when_nothing_of_it_is_outstanding() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.admit("2", 2, 2, 2)
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


def test_what_is_finished_counts_up_to_the_first_record_that_is_another_one() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    read = np.arange(100, 110, dtype=np.uint32)
    shard.number_anew(0, 0, read)
    shard.admit("10", 10, 10, 20)
    shard.complete(MAIN, as_ordinals([2, 5, 7]))
    shard.complete(BACKUP, as_ordinals([1, 6]))
    again = ShardLedger.from_json(shard.to_json())
    found = np.concatenate([read[:6], np.arange(200, 206, dtype=np.uint32)])
    assert again.known(found) == 6
    assert again.has_finished_from(6, 6)
    again.number_anew(6, 6, found[6:])
    assert again.finished[MAIN].unfinished(0, 12) == [0, 1, 3, 4, 6, 7, 8, 9, 10, 11]
    assert again.finished[BACKUP].unfinished(0, 12) == [0, *range(2, 12)]
    assert again.known(found) == 12
    assert not again.has_finished_from(12, 12)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.lists(st.integers(0, 2**32 - 1), max_size=20),
            st.integers(0, 30),
        ),
        max_size=6,
    )
)
def test_marks_are_a_row_without_gaps(steps: list[tuple[int, list[int], int]]) -> None:
    marks, model, base = Marks(), dict[int, int](), 0
    for first, values, advanced in steps:
        given_marks = np.array(values, dtype=np.uint32)
        end = base + len(model)
        if base <= first <= end:
            model = {n: v for n, v in model.items() if n < first}
            model |= {first + i: value for i, value in enumerate(values)}
        marks.replace(first, given_marks)
        base = max(base, advanced)
        marks.advance(advanced)
        model = {n: v for n, v in model.items() if n >= base}
        assert (marks.base, marks.end) == (base, base + len(model))
        assert marks.members().tolist() == [model[n] for n in sorted(model)]
        expected = 0
        while model.get(first + expected, -1) == (values[expected] if expected < len(values) else -2):
            expected += 1
        assert marks.known(first, given_marks) == expected


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30))
def test_marks_survive_encoding(values: list[int]) -> None:
    marks = np.array(values, dtype=np.uint32)
    assert decode_marks(encode_marks(marks)).tolist() == values


@pytest.mark.parametrize("bad", ["no base64!", "AAA=", "AAAAAAA="])
def test_damaged_marks_are_an_error(bad: str) -> None:
    with pytest.raises(JournalError):
        decode_marks(bad)


def test_a_record_is_another_one_by_any_of_its_members() -> None:
    marks = {mark(b"a", "1", 5), mark(b"b", "1", 5), mark(b"a", "2", 5), mark(b"a", "1", 6)}
    assert len(marks) == 4


def test_a_shard_that_ended_can_be_opened_again() -> None:
    shard = ShardLedger(Position("TRIM_HORIZON"))
    shard.admit("2", 2, 2, 0)
    shard.end()
    assert shard.position.ended
    shard.reopen()
    assert (shard.position.ended, shard.tail.ended, shard.position.after_sequence) == (False, False, "2")
    shard.admit("3", 1, 1, 1)
    assert shard.outstanding == 1
