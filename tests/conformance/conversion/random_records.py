"""Random records for a table: mostly good, sometimes with a wrong value, sometimes no JSON at all.

A record follows from a seed, not from Hypothesis strategies: those are some hundred times slower, and what
is worth shrinking, the table and the list of records, Hypothesis still shrinks.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from local_aws.delivery.conversion.glue_types import (
    ArrayType,
    DecimalType,
    GlueType,
    MapType,
    PrimitiveType,
    SizedTextType,
    StructType,
)

Columns = tuple[tuple[str, GlueType], ...]
Scalars = dict[str, Callable[[random.Random], Any]]

BROKEN = (
    *(
        b"",
        b" \n",
        b"\xff",
        b"{",
        b"[]",
        b"42",
        b"null",
        b'{"a":1}x',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":1} 2',
    ),
    *(b'{"a":"\\ud800"}', b'{"a":1e400}', b'{"a":"\x01"}', b"\xef\xbb\xbf{}", b'{"a":1}[]', b"{}1", b"{},{}"),
    *(b'{"a":-0,"A":1}', b'{"a":1,"a":2}', b'{"A":1,"a":null}', b"{'a':1}", b'{"a":1,}', b'{"a":"\\u00e9"}'),
)
ODD_KEYS = (
    "A",
    "B",
    "USER_ID",
    "user.id",
    "Ts",
    "NAÏVE",
    "Key",
    "key",
    "other",
    "",
    "İ",
    "k.k",
    "7",
    "2026-1-2",
)
WORDS = (
    *("", " ", "1.5", "oops", "TRUE", "false", " 7 ", "+5", "1e3", ".5", "NaN", "0x1", "5.", "a\nb", "tab\t"),
    *("naïve ☃", "𝄞𝄞𝄞𝄞", "\x00", "\x7f", 'quote"s', "back\\slash", "</tag>", "12345678901234567890"),
)
TIMES = (
    *("2026-09-07T12:00:02+00:00", "2026-9-7T12:00:02Z", "2026-9-7 1:2:3.5", "2026-02-31 00:00:00"),
    *("9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2262-04-11T23:47:16.854775807Z"),
    *("2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224193Z", "1677-09-21T00:12:43Z"),
    *("2026-09-07 12:00:02Z", "2026-09-07T12:00:02", "2026-09-07T12:00Z", "2026-09-07T24:00:00Z"),
    *(
        "2026-09-07T12:00:60Z",
        "2026-09-07",
        "1518033528",
        "-1.5",
        "1518033528123",
        "1.5e9",
        "1518033528.123456",
    ),
    *("07/Sep/2026 12:00", "20260907120002", "2026-09-07T12:00:02.1234567890Z", "2026-09-07t12:00:02z"),
)
DATES = ("2026-1-2", "2026-01-02", "0001-01-01", "9999-12-31", "2026-02-31", "26-01-02", "2026-01-02 ")
NUMBERS = (
    *(
        0,
        1,
        -1,
        127,
        128,
        -129,
        2**15,
        2**31 - 1,
        2**31,
        2**53 + 1,
        2**63 - 1,
        2**63,
        -(2**63),
        2**64,
        10**20,
    ),
    *(10**12, 10**12 - 1, -(10**12), 9_223_372_036, 9_223_372_037, 9_223_372_036_854, 9_223_372_036_855),
    *(
        0.0,
        -0.0,
        1.0,
        1.5,
        19.99,
        0.1 + 0.2,
        1e7,
        1e-3,
        9.999e-4,
        1e21,
        1e-7,
        5e-324,
        3.5e38,
        1e300,
        1518033528.5,
    ),
)


def record(columns: Columns, seed: int) -> bytes:
    """Return the record of a seed."""
    r = random.Random(seed)
    kind = r.random()
    if kind < 0.06:
        return r.choice(BROKEN)
    count = 1 if kind < 0.9 else r.randint(2, 4)
    ascii_only = r.random() < 0.5
    separator = r.choice(["", "", " ", "\n", "\r\n\t", r.choice([",", "x"])])
    compact = r.choice([(",", ":"), (", ", ": ")])
    texts = [
        json.dumps(_document(columns, r), ensure_ascii=ascii_only, separators=compact) for _ in range(count)
    ]
    raw = separator.join(texts).encode() + r.choice([b"", b"\n"])
    return raw[: r.randrange(len(raw))] if kind > 0.98 else raw


def good_record(columns: Columns, seed: int) -> bytes:
    """Return the record of a seed, one document whose values have the types of their columns."""
    r = random.Random(seed)
    # One form of time within a table, as it is in a stream.
    scalars = _SCALARS | {"timestamp": (_iso, _epoch)[len(columns) % 2], "date": _iso_date}
    values = {name: _value(glue_type, r, 0.0, scalars) for name, glue_type in columns if r.random() < 0.9}
    return json.dumps(values, ensure_ascii=False).encode()


def _document(columns: Columns, r: random.Random) -> dict[str, Any]:
    wrong = r.choice([0.0, 0.0, 0.15, 0.5])
    document = {
        _respelled(name, r): _value(glue_type, r, wrong, _SCALARS)
        for name, glue_type in columns
        if r.random() < 0.9
    }
    for _ in range(r.choice([0, 0, 0, 1, 2])):
        document[r.choice(ODD_KEYS)] = _anything(r, 2)
    return document


def _respelled(name: str, r: random.Random) -> str:
    return name if r.random() < 0.9 else r.choice([name.upper(), name.title(), name.replace("_", ".")])


def _value(glue_type: GlueType, r: random.Random, wrong: float, scalars: Scalars) -> Any:
    if r.random() < 0.08:
        return None
    if r.random() < wrong:
        return _anything(r, 2)
    match glue_type:
        case ArrayType(element):
            items = [_value(element, r, wrong, scalars) for _ in range(r.randint(0, 3))]
            return items[0] if items and r.random() < 0.2 * (wrong > 0) else items
        case MapType(key, value):
            return {str(_key(key, r)): _value(value, r, wrong, scalars) for _ in range(r.randint(0, 3))}
        case StructType(members):
            if wrong and r.random() < 0.2:
                return [
                    _value(member, r, wrong, scalars) for _, member in members[: r.randint(0, len(members))]
                ]
            return {
                _respelled(name, r): _value(member, r, wrong, scalars)
                for name, member in members
                if r.random() < 0.9
            }
        case SizedTextType():
            return r.choice(WORDS)
        case DecimalType(precision, scale):
            whole = r.randint(0, 10 ** (precision - scale) - 1)
            return r.choice(
                [whole, str(whole), f"{whole}.{'5' * min(scale, 2)}", whole % 1000 + 0.25 * (scale > 0)]
            )
        case PrimitiveType(name):
            return scalars[name](r)


def _key(glue_type: GlueType, r: random.Random) -> Any:
    fits = r.random() < 0.9 and glue_type != PrimitiveType("string")
    return _value(glue_type, r, 0.0, _SCALARS) if fits else r.choice(ODD_KEYS)


def _moment(r: random.Random) -> datetime:
    return datetime(2026, 9, 7, tzinfo=UTC) + timedelta(seconds=r.randint(-(4 * 10**9), 4 * 10**9))


def _timestamp(r: random.Random) -> Any:
    moment = _moment(r)
    fraction = r.choice(
        ["", "", f".{r.randrange(10**6):06d}", f".{r.randrange(10**9):09d}", f".{r.randrange(10)}"]
    )
    iso = moment.strftime("%Y-%m-%dT%H:%M:%S")
    seconds = int(moment.timestamp())
    return r.choice(
        [
            *(f"{iso}{fraction}Z", f"{iso}Z", iso.replace("T", " ") + fraction, seconds, seconds * 1000 + 7),
            *(seconds + 0.25, str(seconds), moment.strftime("%Y%m%d%H%M%S")),
        ]
    )


def _iso(r: random.Random) -> str:
    return _moment(r).strftime("%Y-%m-%dT%H:%M:%S") + r.choice(["", ".25", ".123456"]) + "Z"


def _epoch(r: random.Random) -> int:
    return int(_moment(r).timestamp() * r.choice([1, 1000]))


def _iso_date(r: random.Random) -> str:
    return _moment(r).strftime("%Y-%m-%d")


_SCALARS: Scalars = {
    "boolean": lambda r: r.random() < 0.5,
    "tinyint": lambda r: r.randint(-128, 127),
    "smallint": lambda r: r.randint(-300, 300),
    "int": lambda r: r.randint(-(2**31), 2**31 - 1),
    "bigint": lambda r: r.randint(-(2**63), 2**63 - 1),
    "float": lambda r: r.choice([r.randint(-9, 9), r.random() * 1e6]),
    "double": lambda r: r.choice([r.randint(-9, 9), r.random() * 10 ** r.randint(-20, 20)]),
    "string": lambda r: r.choice(WORDS),
    "binary": lambda r: r.choice(WORDS),
    "date": lambda r: r.choice([_moment(r).strftime("%Y-%m-%d"), r.choice(DATES)]),
    "timestamp": _timestamp,
}


def _anything(r: random.Random, depth: int) -> Any:
    kind = r.random()
    if depth and kind < 0.12:
        return [_anything(r, depth - 1) for _ in range(r.randint(0, 3))]
    if depth and kind < 0.24:
        return {r.choice(ODD_KEYS): _anything(r, depth - 1) for _ in range(r.randint(0, 3))}
    return r.choice(
        [
            r.choice(NUMBERS),
            r.choice(WORDS),
            r.choice(TIMES),
            r.choice(DATES),
            str(r.choice(NUMBERS)),
            True,
            None,
        ]
    )
