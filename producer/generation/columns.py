"""Columns: each draws many values of one field at once, as encoded JSON.

Every column is told the times of its records (float64, Unix seconds, one for each record) and answers an array of
``bytes`` of the same length. What comes after what depends only on the seed, never on how many are drawn at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import orjson

from producer.generation.pools import Pool
from producer.generation.streams import EXACT_INTEGERS, Floats, Fragments, Integers, Stream

ClockForm = Literal["unix", "unix-fraction", "iso8601", "date"]

# The two hexadecimal digits of each byte, as one number of 16 bits.
_HEX_PAIRS = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint16)
_TOKEN_CHARACTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_QUOTE = ord('"')
# A UUID in quotes, and where its five groups of digits start: in the text, and among the 32 digits.
_UUID_WIDTH = 38
_UUID_GROUPS = ((1, 0, 8), (10, 8, 4), (15, 12, 4), (20, 16, 4), (25, 20, 12))


class Column(Protocol):
    """One field, drawn many values at a time."""

    def draw(self, times: Floats) -> Fragments:
        """Draw one encoded value for each time."""
        ...


def fragments(values: Sequence[Any]) -> Fragments:
    """Encode values as JSON, each on its own."""
    made = np.empty(len(values), dtype=object)
    made[:] = [orjson.dumps(value) for value in values]
    return made


class ConstantColumn:
    """The same value every time."""

    def __init__(self, value: object) -> None:
        self.fragment = orjson.dumps(value)

    def draw(self, times: Floats) -> Fragments:
        """Repeat the value."""
        made = np.empty(len(times), dtype=object)
        made.fill(self.fragment)
        return made


class ChoiceColumn:
    """One of some values, each with its weight."""

    def __init__(
        self, stream: Stream, values: Sequence[object], weights: Sequence[float] | None = None
    ) -> None:
        self._stream = stream
        self._values = fragments(values)
        self._shares = None if weights is None else cumulative_shares(weights)

    def draw(self, times: Floats) -> Fragments:
        """Pick a value for each record."""
        if self._shares is None:
            return self._values[self._stream.below(len(self._values), len(times))]
        return self._values[pick(self._shares, self._stream, len(times))]


class IntegerColumn:
    """Whole numbers from ``low`` to ``high``, both included."""

    def __init__(self, stream: Stream, low: int, high: int) -> None:
        self._stream = stream
        self._low = low
        self._count = min(high - low + 1, EXACT_INTEGERS)

    def draw(self, times: Floats) -> Fragments:
        """Draw a number for each record."""
        return _numbers(self._stream.below(self._count, len(times)) + self._low)


class DecimalColumn:
    """Numbers with a fixed number of decimals: ``low`` to ``high`` in steps of ``10 ** -decimals``.

    :param low: first step (the smallest number times ``10 ** decimals``); ``high`` likewise.
    """

    def __init__(self, stream: Stream, low: int, high: int, decimals: int) -> None:
        self._stream = stream
        self._low = low
        self._count = min(high - low + 1, EXACT_INTEGERS)
        self._scale = 10.0**decimals

    def draw(self, times: Floats) -> Fragments:
        """Draw a number for each record."""
        # Divided and not multiplied: 1234 / 100 is the double nearest to 12.34, 1234 * 0.01 often is not.
        return _numbers((self._stream.below(self._count, len(times)) + self._low) / self._scale)


class ClockColumn:
    """The time of the record, or up to ``spread_seconds`` earlier."""

    def __init__(self, stream: Stream, form: ClockForm, spread_seconds: float) -> None:
        self._stream = stream
        self._form = form
        self._spread_seconds = spread_seconds

    def draw(self, times: Floats) -> Fragments:
        """Write the time of each record in the column's form."""
        if self._spread_seconds:
            times = times - self._stream.uniform(len(times)) * self._spread_seconds
        if self._form == "unix":
            return _numbers(np.floor(times).astype(np.int64))
        if self._form == "unix-fraction":
            return _numbers(np.floor(times * 1000) / 1000)
        milliseconds = np.floor(times * 1000).astype(np.int64)
        if len(milliseconds) and (milliseconds == milliseconds[0]).all():
            return np.repeat(_iso_texts(milliseconds[:1], self._form), len(milliseconds))
        return _iso_texts(milliseconds, self._form)


class UuidColumn:
    """Random (version 4) UUIDs, never from a pool."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def draw(self, times: Floats) -> Fragments:
        """Draw a UUID for each record."""
        block = self._stream.blocks(len(times), 16).copy()
        block[:, 6] = block[:, 6] & 0x0F | 0x40
        block[:, 8] = block[:, 8] & 0x3F | 0x80
        digits = _HEX_PAIRS[block].view(np.uint8)
        text = np.full((len(times), _UUID_WIDTH), ord("-"), dtype=np.uint8)
        text[:, 0] = text[:, -1] = _QUOTE
        for place, start, count in _UUID_GROUPS:
            text[:, place : place + count] = digits[:, start : start + count]
        return _rows(text)


class TokenColumn:
    """Random text of letters and digits, for text of which nothing but the length is known.

    :param stream: random source.
    :param length: number of characters; 12 and more make repeats unlikely (60 bits).
    """

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._length = length
        self._block = -(-length // 8) * 8

    def draw(self, times: Floats) -> Fragments:
        """Draw a text for each record."""
        block = self._stream.blocks(len(times), self._block)[:, : self._length]
        text = np.full((len(times), self._length + 2), _QUOTE, dtype=np.uint8)
        text[:, 1:-1] = _TOKEN_CHARACTERS[block & 0x1F]
        return _rows(text)


class PoolColumn:
    """Values from a pool that another tool (Faker, a pattern) fills beforehand."""

    def __init__(self, stream: Stream, pool: Pool) -> None:
        self._stream = stream
        self._pool = pool
        self._drawn = 0

    def draw(self, times: Floats) -> Fragments:
        """Pick a value for each record from the part of the pool that this many draws open."""
        first, self._drawn = self._drawn, self._drawn + len(times)
        limits = self._pool.open_sizes(first, len(times))
        return self._pool.values(limits)[self._stream.below(limits, len(times))]


class FreshColumn:
    """Values made one by one, for fields that must not repeat."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def draw(self, times: Floats) -> Fragments:
        """Make a new value for each record."""
        return self._pool.fresh(len(times))


class ArrayColumn:
    """Lists of ``low`` to ``high`` items."""

    def __init__(self, stream: Stream, items: Column, low: int, high: int) -> None:
        self._stream = stream
        self._items = items
        self._low = low
        self._count = high - low + 1

    def draw(self, times: Floats) -> Fragments:
        """Draw a list for each record."""
        lengths = self._stream.below(self._count, len(times)) + self._low
        items = self._items.draw(np.repeat(times, lengths)).tolist()
        ends = np.cumsum(lengths).tolist()
        made = np.empty(len(times), dtype=object)
        start = 0
        for index, end in enumerate(ends):
            made[index] = b"[" + b",".join(items[start:end]) + b"]"
            start = end
        return made


class NullableColumn:
    """JSON null for a share of the records, another column's values for the rest."""

    def __init__(self, stream: Stream, column: Column, share: float) -> None:
        self._stream = stream
        self._column = column
        self._share = share

    def draw(self, times: Floats) -> Fragments:
        """Draw a value or null for each record."""
        # The column draws for every record, so that changing the share leaves the other values as they were.
        made = self._column.draw(times)
        made[self._stream.uniform(len(times)) < self._share] = b"null"
        return made


def cumulative_shares(weights: Sequence[float]) -> Floats:
    """Turn weights into cumulative shares that end in 1; at least one weight is above 0."""
    totals = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(totals / totals[-1], dtype=np.float64)


def pick(shares: Floats, stream: Stream, count: int) -> Integers:
    """Draw ``count`` indexes by their cumulative shares."""
    return np.searchsorted(shares, stream.uniform(count), side="right")


def _numbers(values: Any) -> Fragments:
    made = np.empty(len(values), dtype=object)
    if len(values):
        # One encoder call for the whole column, then cut: a JSON number never holds a comma.
        made[:] = orjson.dumps(values.tolist())[1:-1].split(b",")
    return made


def _iso_texts(milliseconds: Integers, form: ClockForm) -> Fragments:
    moments = milliseconds.astype("datetime64[ms]")
    if form == "date":
        texts = np.datetime_as_string(moments, unit="D").tolist()
    else:
        texts = np.datetime_as_string(moments, unit="ms", timezone="UTC").tolist()
    return fragments(texts)


def _rows(text: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Fragments:
    width = text.shape[1]
    return np.ascontiguousarray(text).view(f"S{width}").ravel().astype(object)
