"""KPL aggregates (reference 11.5), whole and damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.delivery import kpl
from tests.unit.delivery.kpl_samples import aggregate, field, framed, message, varint

RECORDS = [("key one", b"first"), ("key two", b""), ("key one", b"third" * 100)]


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=300)), min_size=1, max_size=50)
)
def test_records_come_out_as_they_went_in(records: list[tuple[str, bytes]]) -> None:
    assert kpl.split(aggregate(records)) == records


def test_unknown_fields_tags_and_hash_keys_are_passed_over() -> None:
    tag = field(4, field(1, b"tag") + field(2, b"value"))
    explicit = field(2, b"12345")
    others = varint(9 << 3) + varint(300) + varint(10 << 3 | 1) + bytes(8) + varint(11 << 3 | 5) + bytes(4)
    content = message(RECORDS, extra=varint(2 << 3) + varint(0) + tag) + explicit + others
    assert kpl.split(framed(content)) == RECORDS


def test_an_aggregate_of_nothing_is_nothing() -> None:
    assert kpl.split(framed(field(1, b"key"))) == []


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b'{"a": 1}',
        b"\xf3\x89\x9a\xc2",
        b"\xf3\x89\x9a\xc2" + bytes(16),
        aggregate(RECORDS)[:-1],
        aggregate(RECORDS) + b"\n",
        b"\xf3\x89\x9a\xc3" + aggregate(RECORDS)[4:],
        framed(message(RECORDS)[:-1]),
        framed(field(3, varint(1 << 3) + varint(7) + field(3, b"no such key"))),
        framed(field(1, b"\xff\xfe") + field(3, varint(1 << 3) + varint(0) + field(3, b"x"))),
        framed(field(1, b"k") + field(3, field(3, b"no key index"))),
        framed(field(1, b"k") + field(3, varint(1 << 3) + varint(0))),
        framed(
            field(1, b"k") + field(3, varint(1 << 3) + varint(0) + varint(3 << 3 | 2) + varint(99) + b"x")
        ),
        framed(b"\xff" * 30),
        framed(varint(1 << 3 | 3) + b"xxxxxxxxxxxxxxxxxxxxx"),
        framed(varint(9 << 3 | 1) + b"short"),
        framed(varint(1 << 3 | 2) + varint(1000) + b"x"),
    ],
)
def test_everything_else_is_an_ordinary_record(record: bytes) -> None:
    assert kpl.split(record) is None


@given(st.binary(max_size=200))
def test_any_content_behind_a_right_checksum_is_taken_or_left_without_an_error(content: bytes) -> None:
    found = kpl.split(framed(content))
    assert found is None or all(isinstance(data, bytes) for _, data in found)
