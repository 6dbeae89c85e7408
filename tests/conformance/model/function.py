"""The transform function of the scenarios, and the model of how Firehose takes its answers (reference 2.2, 2.4).

What the function does with a record is decided by the mark in it, `<0017>` for example: the same record always
gets the same treatment. Some records are bombs, which make the call fail for the whole batch they are in.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = re.compile(rb"<\d{4}(?:\.\d{1,3})?>")
OVERSIZED_BYTES = 6 * 1024 * 1024 + 1

# What is wrong with the answer for one record, and what becomes of it (2.4). A text of None may be anything.
FAILURES: Mapping[str, tuple[str | re.Pattern[str], str | re.Pattern[str] | None]] = {
    "failed": ("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"),
    "missing": (
        "Lambda.MissingRecordId",
        "One or more record Ids were not returned. "
        "Ensure that the Lambda function returns all received record Ids.",
    ),
    "twice": (
        "Lambda.DuplicatedRecordId",
        "Multiple records were returned with the same record Id. "
        "Ensure that the Lambda function returns a unique record Id for each record.",
    ),
    "no data": (
        "Lambda.InvalidReturnFormat",
        "The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing "
        "result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result "
        "is Ok.",
    ),
    "bad base64": (
        "Lambda.JsonMappingException",
        re.compile(".*Ensure that data field is base-64 encoded.*"),
    ),
    "unknown result": (re.compile(r"Lambda\..+"), None),
}
# What can go wrong with a call: its code, its text, and whether it is tried again (2.4).
CALL_FAILURES: Mapping[str, tuple[str, str | None, bool]] = {
    "raises": (
        "Lambda.FunctionError",
        "The Lambda function was successfully invoked but it returned an error result.",
        True,
    ),
    "times out": (
        "Lambda.FunctionTimedOut",
        "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.",
        True,
    ),
    "is throttled": ("Lambda.InvokeLimitExceeded", None, True),
    # 2.3: 6 MB each way; Lambda makes a function error of it.
    "answers too much": (
        "Lambda.FunctionError",
        "The Lambda function was successfully invoked but it returned an error result.",
        True,
    ),
    "answers no JSON": (*FAILURES["missing"], False),  # type: ignore[dict-item]
    "answers without records": (*FAILURES["missing"], False),  # type: ignore[dict-item]
}


@dataclass(frozen=True)
class Treatment:
    """What the function does with one record: `how`, and the partition keys that it gives (None: no metadata)."""

    how: str = "unchanged"
    keys: Any = None


@dataclass(frozen=True)
class Bomb:
    """Makes the first `times` calls with the record fail in the way `how`; None means all of them."""

    how: str
    times: int | None = None


@dataclass(frozen=True)
class Call:
    """One invocation as the stand-in saw it; `how` is None when it answered as it should.

    `life` counts the lives of the engine; a record is (shard, sequence, data).
    """

    life: int
    begun_ms: int
    ended_ms: int
    records: tuple[tuple[str, str, bytes], ...]
    ids: tuple[str, ...]
    payload_bytes: int
    how: str | None


@dataclass
class Function:
    """The function itself; the same for all lives of the engine."""

    treatments: Mapping[bytes, Treatment] = field(default_factory=dict)
    bombs: Mapping[bytes, Bomb] = field(default_factory=dict)
    calls: Counter[bytes] = field(default_factory=Counter)

    def failure(self, records: list[bytes]) -> str | None:
        """Tell how this call fails, and count it."""
        for data in records:
            mark = mark_of(data)
            bomb = self.bombs.get(mark)
            if bomb is None:
                continue
            self.calls[mark] += 1
            if bomb.times is None or self.calls[mark] <= bomb.times:
                return bomb.how
        return None

    def treatment(self, data: bytes) -> Treatment:
        return self.treatments.get(mark_of(data), Treatment())

    def answer(self, event: Mapping[str, Any]) -> bytes:
        answers: list[Any] = []
        for record in event["records"]:
            data = base64.b64decode(record["data"])
            treatment = self.treatment(data)
            answer = {
                "recordId": record["recordId"],
                "result": "Ok",
                "data": base64.b64encode(transformed(treatment.how, data)).decode(),
            }
            if treatment.keys is not None:
                answer["metadata"] = {"partitionKeys": treatment.keys}
            answers += _spoilt(treatment.how, answer)
        return json.dumps({"records": answers}).encode()


def mark_of(data: bytes) -> bytes:
    found = MARK.search(data)
    return found.group() if found else b""


def transformed(how: str, data: bytes) -> bytes:
    """Give what the function makes of the bytes of a record."""
    match how:
        case "line":
            return data + b"\n"
        case "empty":
            return b""
        case "text":
            return b"no longer JSON " + mark_of(data)
        case "document":
            return b'{"id": "%b", "k": "made", "n": 11, "at": 1784000000}' % mark_of(data)
        case "two documents":
            mark = mark_of(data)
            return b'{"id": "%b", "n": 1}\n{"id": "%b", "n": 2}' % (mark, mark.replace(b">", b"+>"))
    return data


def _spoilt(how: str, answer: dict[str, Any]) -> list[Any]:
    match how:
        case "dropped":
            return [{"recordId": answer["recordId"], "result": "Dropped"}]
        case "failed":
            return [answer | {"result": "ProcessingFailed"}]
        case "missing":
            return []
        case "twice":
            return [answer, answer | {"result": "Dropped"}]
        case "no data":
            return [{name: value for name, value in answer.items() if name != "data"}]
        case "bad base64":
            return [answer | {"data": "%%% not base64 %%%"}]
        case "unknown result":
            return [answer | {"result": "Fine"}]
        case "a stranger":
            return [answer, answer | {"recordId": "49" * 31}, "not even an object"]
    return [answer]
