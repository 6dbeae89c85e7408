"""Model of the source: which records a delivery stream gets, and how aggregates come apart (reference 1.1, 1.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAGIC = b"\xf3\x89\x9a\xc2"
# 5.3: a record with more pieces is passed on whole.
MOST_PIECES = 500


@dataclass(frozen=True)
class Put:
    """A record in the Kinesis stream; `at_ms` is when readers can see it, `arrival_ms` what its stamp says."""

    shard: str
    sequence: str
    at_ms: int
    arrival_ms: int
    partition_key: str
    data: bytes

    def __repr__(self) -> str:
        short = self.data if len(self.data) <= 1000 else self.data[:400] + b" ... " + self.data[-100:]
        return (
            f"Put({self.shard}, {self.sequence}, at {self.at_ms}, arrived {self.arrival_ms}, "
            f"{len(self.data)} bytes {short!r})"
        )


@dataclass(frozen=True)
class UserRecord:
    """A record as producers know it; records of one aggregate share the sequence number and the arrival."""

    shard: str
    sequence: str
    subsequence: int
    arrival_ms: int
    partition_key: str
    data: bytes


def delivered_from(puts: Iterable[Put], start_ms: int, first_shards: frozenset[str]) -> Iterator[UserRecord]:
    """1.1: of the shards that were there first what came before the start is left out; 1.3: aggregates come apart."""
    for put in puts:
        if put.shard in first_shards and put.arrival_ms < start_ms:
            continue
        for number, (key, data) in enumerate(_user_records(put)):
            yield UserRecord(put.shard, put.sequence, number, put.arrival_ms, key, data)


def _user_records(put: Put) -> list[tuple[str, bytes]]:
    plain = [(put.partition_key, put.data)]
    body, digest = put.data[4:-16], put.data[-16:]
    if len(put.data) <= 20 or not put.data.startswith(MAGIC):
        return plain
    if hashlib.md5(body, usedforsecurity=False).digest() != digest:
        return plain
    try:
        return _aggregated(body)
    except (IndexError, UnicodeDecodeError):
        return plain


def _aggregated(message: bytes) -> list[tuple[str, bytes]]:
    """11.5: field 1 is the table of keys, field 3 the records; in a record 1 is the key's index, 3 the data."""
    keys: list[str] = []
    records: list[tuple[int, bytes]] = []
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            keys.append(value.decode())
        elif number == 3 and isinstance(value, bytes):
            members = dict(_fields(value))
            index, data = members.get(1), members.get(3)
            if not isinstance(index, int) or not isinstance(data, bytes):
                raise IndexError
            records.append((index, data))
    return [(keys[index], data) for index, data in records]


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0

    def number() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        tag = number()
        if tag & 7 == 0:
            yield tag >> 3, number()
        elif tag & 7 == 2:
            length = number()
            if position + length > len(message):
                raise IndexError
            position += length
            yield tag >> 3, message[position - length : position]
        else:
            raise IndexError
