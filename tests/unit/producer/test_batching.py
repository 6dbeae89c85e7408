from __future__ import annotations

import random

import pytest

from producer.batching import MAX_RECORD_BYTES, Batcher, RequestLimits, part_too_long, record_bytes
from producer.records import Records
from tests.unit.producer.conftest import made


def requests(batcher: Batcher, *groups: Records) -> list[Records]:
    full = [request for group in groups for request in batcher.add(group)]
    rest = batcher.rest()
    return [*full, rest] if len(rest) else full


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (500, [500]), (501, [500, 1]), (1500, [500, 500, 500])]
)
def test_requests_are_full(count: int, sizes: list[int]) -> None:
    """AWS rule: at most 500 records a call; reference 11.1."""
    assert [len(request) for request in requests(Batcher(), made(count))] == sizes


def test_records_keep_their_order_over_several_groups() -> None:
    got = requests(Batcher(), made(300), made(300, 300), made(1, 600))
    assert [len(request) for request in got] == [500, 101]
    assert [p for request in got for p in request.payloads] == made(601).payloads
    assert [k for request in got for k in request.keys] == made(601).keys


def test_no_request_is_above_its_bytes() -> None:
    luck = random.Random(1)
    limits = RequestLimits(records=50, bytes=10_000, record_bytes=5_000)
    payloads = [b"x" * luck.randint(1, 4_000) for _ in range(1000)]
    keys = ["ü" * luck.randint(1, 100) for _ in payloads]
    got = requests(Batcher(limits), Records(keys, payloads))
    sizes = [sum(map(record_bytes, r.keys, r.payloads)) for r in got]
    assert max(sizes) <= 10_000
    assert max(map(len, got)) <= 50
    assert [p for r in got for p in r.payloads] == payloads
    # Each request was full: the next record did not fit.
    for size, following in zip(sizes, got[1:], strict=False):
        assert size + record_bytes(following.keys[0], following.payloads[0]) > 10_000


def test_the_largest_records_are_five_a_request() -> None:
    record = Records(["k"] * 12, [b"x" * (MAX_RECORD_BYTES - 1)] * 12)
    assert [len(request) for request in requests(Batcher(), record)] == [5, 5, 2]


def test_what_is_too_long_is_told_apart() -> None:
    """AWS rule: 1 MiB for data and partition key together; reference 11.1."""
    payloads = [b"x" * (MAX_RECORD_BYTES - 3), b"x" * (MAX_RECORD_BYTES - 2), b"y"]
    good, bad = part_too_long(Records(["key"] * 3, payloads))
    assert good.payloads == [payloads[0], payloads[2]]
    assert bad.payloads == [payloads[1]]
    assert bad.keys == ["key"]
