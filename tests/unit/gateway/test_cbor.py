"""CBOR, against the examples of RFC 8949, appendix A."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest

from local_aws.gateway import cbor

BOTH_WAYS: list[tuple[str, Any]] = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1000000),
    ("1bffffffffffffffff", 2**64 - 1),
    ("20", -1),
    ("3903e7", -1000),
    ("fb3ff199999999999a", 1.1),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("6449455446", "IETF"),
    ("62c3bc", "ü"),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]
READ_ONLY: list[tuple[str, Any]] = [
    ("f93e00", 1.5),
    ("fa47c35000", 100000.0),
    ("c11a514b67b0", 1363896240),
    ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
    ("7f657374726561646d696e67ff", "streaming"),
    ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
    ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
    ("f7", None),
]


@pytest.mark.parametrize(("encoded", "value"), BOTH_WAYS + READ_ONLY)
def test_what_is_read(encoded: str, value: Any) -> None:
    found = cbor.loads(bytes.fromhex(encoded))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("encoded", "value"), BOTH_WAYS)
def test_what_is_written(encoded: str, value: Any) -> None:
    assert cbor.dumps(value).hex() == encoded


def test_an_instant_is_written_with_its_tag() -> None:
    moment = datetime(2026, 11, 21, 8, 30, 0, 500000, tzinfo=UTC)
    written = cbor.dumps(moment)
    assert written[:2].hex() == "c1fb"
    assert cbor.loads(written) == moment.timestamp()


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "18",
        "6449",
        "a1",
        "a10102",
        "c249010000000000000000",
        "0000",
        "ff",
        "1c",
        "81" * 70 + "00",
        "62c328",
    ],
)
def test_what_is_not_cbor_is_refused(damaged: str) -> None:
    with pytest.raises(cbor.CborError):
        cbor.loads(bytes.fromhex(damaged))


@pytest.mark.parametrize(
    "claim", ["9bffffffffffffffff", "5bffffffffffffffff", "bbffffffffffffffff00", "9f" * 60]
)
def test_a_length_that_is_only_claimed_costs_nothing(claim: str) -> None:
    with pytest.raises(cbor.CborError):
        cbor.loads(bytes.fromhex(claim))


@pytest.mark.parametrize("tag", [0, 2, 4, 28, 29, 35, 37, 258, 43000, 55799, 77])
def test_a_tag_that_builds_something_is_refused(tag: int) -> None:
    with pytest.raises(cbor.CborError, match="tag other than 1"):
        cbor.loads(cbor2.dumps(cbor2.CBORTag(tag, "1")))


def test_kinesis_instants_are_milliseconds() -> None:
    written = cbor.dumps({"T": cbor.epoch_milliseconds(1763714000.25)})
    assert written == bytes.fromhex("a16154c1") + cbor2.dumps(1763714000250)
    assert cbor.loads(written, milliseconds=True) == {"T": 1763714000.25}
    as_float = cbor2.dumps(cbor2.CBORTag(1, 1763714000.25))
    assert cbor.loads(as_float, milliseconds=True) == 1763714000.25
