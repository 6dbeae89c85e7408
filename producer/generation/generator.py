"""Makes whole records of a dataset, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson

from producer.errors import GenerationError
from producer.generation.columns import ConstantColumn, cumulative_shares, pick
from producer.generation.encoder import Layout, Member, draw_all
from producer.generation.streams import Floats, Fragments, Stream
from producer.records import MAX_KEY_CHARACTERS, Records, partition_key

RECORD_END = b"\n"
"""Ends each record, so that a file of many (the raw backup) has one on each line and can be sent again."""


@dataclass(frozen=True)
class Kind:
    """One kind of record: the value of the variant field, its weight, and the members that only it has."""

    value: str
    weight: float
    members: tuple[Member, ...]


class Generator:
    """Draws records; the same seed and the same times give the same bytes, however many are asked for at a time."""

    def __init__(
        self,
        dataset: str,
        members: Sequence[Member],
        key_member: str,
        max_record_bytes: int,
        variant_field: str | None = None,
        kinds: Sequence[Kind] = (),
        kind_stream: Stream | None = None,
    ) -> None:
        """Prepare the layouts.

        :param members: the fields every record has, among them ``key_member`` and ``variant_field``.
        :param key_member: the field whose value is the partition key.
        :param kinds: the kinds of records, told apart by ``variant_field`` and picked by ``kind_stream``.
        """
        self._dataset = dataset
        self._max_record_bytes = max_record_bytes
        self._members = [_silent(m) if kinds and m.name == variant_field else m for m in members]
        self._key_index = [member.name for member in members].index(key_member)
        self._kinds = kinds
        self._kind_stream = kind_stream
        if kinds:
            self._shares = cumulative_shares([kind.weight for kind in kinds])
        self._layouts = [
            Layout((*_with_value(members, variant_field, kind.value), *kind.members), RECORD_END)
            for kind in kinds
        ] or [Layout(members, RECORD_END)]

    def draw(self, times: Floats) -> Records:
        """Make one record for each time (Unix seconds).

        :raises GenerationError: a record is longer than the contract allows.
        """
        if not len(times):
            return Records([], [])
        columns = draw_all(self._members, times)
        keys = self._keys(columns[self._key_index], len(times))
        payloads = (
            self._by_kind(columns, times) if self._kinds else self._layouts[0].join(columns, len(times))
        )
        longest = max(map(len, payloads), default=0)
        if longest > self._max_record_bytes:
            raise GenerationError(
                f"{self._dataset}: a record of {longest} bytes was made, x-max-record-bytes allows "
                f"{self._max_record_bytes}; shorten its values with x-fake or raise the limit"
            )
        return Records(keys, payloads)

    def _by_kind(self, columns: list[Fragments], times: Floats) -> list[bytes]:
        assert self._kind_stream is not None  # noqa: S101 - kinds come with their stream
        kinds = pick(self._shares, self._kind_stream, len(times))
        # Records of one kind are made together, then go back to where they were drawn.
        order = np.argsort(kinds, kind="stable")
        numbers, starts = np.unique(kinds[order], return_index=True)
        ends = [*starts[1:].tolist(), len(times)]
        sorted_times = times[order]
        sorted_columns = [column[order] if len(column) else column for column in columns]
        made: list[bytes] = []
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends, strict=True):
            common = [column[start:end] for column in sorted_columns]
            own = draw_all(self._kinds[number].members, sorted_times[start:end])
            made += self._layouts[number].join([*common, *own], end - start)
        payloads = np.empty(len(times), dtype=object)
        payloads[order] = np.array(made, dtype=object)
        return list(payloads.tolist())

    def _keys(self, column: Fragments, count: int) -> list[str]:
        constant = self._members[self._key_index].constant
        return (
            [partition_key(orjson.loads(constant))] * count
            if constant is not None
            else _keys(column.tolist())
        )


def _keys(values: list[bytes]) -> list[str]:
    """Turn encoded values into partition keys."""
    joined = b"".join(values)
    plain = b"\\" not in joined and joined.count(b'"') == 2 * len(values)
    if plain and max(map(len, values), default=0) <= MAX_KEY_CHARACTERS:
        # All of them plain texts: decoding them together and cutting at the quotes is ten times as fast.
        keys = joined.decode()[1:-1].split('""')
        if all(keys):
            return keys
    return [partition_key(orjson.loads(value)) for value in values]


def _silent(member: Member) -> Member:
    """Stand in for the variant field, whose value each kind's layout already holds."""
    return replace(member, column=ConstantColumn(None), absent_share=0.0, absent=None)


def _with_value(members: Sequence[Member], name: str | None, value: str) -> list[Member]:
    constant = ConstantColumn(value)
    return [
        replace(member, column=constant, absent_share=0.0, absent=None) if member.name == name else member
        for member in members
    ]
