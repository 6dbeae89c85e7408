"""Records that no lake should choke on: each one is bad in its own way and must end in the error prefix."""

from __future__ import annotations

import json
from collections.abc import Iterator

# Without what each kind adds or takes away this one is accepted; test_poison.py proves both.
GOOD = {
    "event_uuid": "8f0e7c5e-7c1b-4f0a-9d53-0d5a4c2f1a10",
    "event_name": "account:logout",
    "created_at": 1790000000,
    "user_id": 7,
    "session_id": "b7c5f6a0-3f39-4f3c-8a0e-6f6c9f1d2e3b",
    "platform": "web",
    "duration_seconds": 12,
}


def _with(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def _raw(member: bytes) -> bytes:
    return json.dumps(GOOD).encode()[:-1] + b", " + member + b"}"


KINDS: dict[str, bytes] = {
    "NaN": _raw(b'"x": NaN'),
    "infinity": _raw(b'"x": -Infinity'),
    "1e400": _raw(b'"x": 1e400'),
    "lone surrogate": _raw(b'"x": "\\ud800"'),
    "NUL": _raw(b'"x": "a\\u0000b"'),
    "deep nesting": _raw(b'"x": ' + b"[" * 2000 + b"]" * 2000),
    "5,000-digit integer": _raw(b'"x": ' + b"9" * 5000),
    "byte-order mark": b"\xef\xbb\xbf" + _with(),
    "duplicate keys": _raw(b'"event_name": "account:login"'),
    "bad UTF-8": _raw(b'"x": "\xff\xfe"'),
    "cut off": _with()[:-10],
    "empty object": b"{}",
    "white space": b" \n\t ",
    "JSON array": b"[" + _with() + b"]",
    "bare number": b"42",
    "bare string": b'"hello"',
    "null": b"null",
    "base64 text": b"!!!not base64, not JSON!!!",
    "missing id": json.dumps({name: value for name, value in GOOD.items() if name != "event_uuid"}).encode(),
    "unknown type": _with(event_name="nobody:knows"),
    "name without parts": _with(event_name="account"),
    "time as text": _with(created_at="yesterday"),
    "time in microseconds": _with(created_at=1790000000000000),
    "identifier that is none": _with(event_uuid="not-a-uuid"),
    "1 MiB": _with(x="y" * (2**20 - 1000)),
}


def records(count: int) -> Iterator[bytes]:
    """Yield ``count`` poison records, every kind at least once, each one different from every other."""
    kinds = list(KINDS.items())
    for number in range(count):
        _name, record = kinds[number % len(kinds)]
        # A trailing run of blanks keeps the defect and makes the bytes unique, so that each can be found again.
        yield record + b" " * (1 + number // len(kinds))
