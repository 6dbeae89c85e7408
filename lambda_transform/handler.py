"""The Lambda function: `lambda_transform.handler.handler` answers Firehose's transform events.

The contract is `contract.json` beside this file, put there by the packager (scripts/package_transform.py).
"""

from __future__ import annotations

import binascii
import time
from functools import cache
from pathlib import Path
from typing import Any, Final

from lambda_transform.contract import load_contract
from lambda_transform.errors import EventError, RefusedError
from lambda_transform.report import FailureReport
from lambda_transform.response import overflowing
from lambda_transform.transform import Transform

CONTRACT_PATH: Final = Path(__file__).with_name("contract.json")


def handler(event: Any, context: object) -> dict[str, list[dict[str, Any]]]:
    """Answer one Firehose event, of a Kinesis source or of direct PUT (reference 2.1, 2.2).

    Every recordId comes back once: `Ok` with data (and partition keys), `Dropped`, or `ProcessingFailed` with the data
    as received. No record makes the batch fail. Raises EventError when the event is not one of Firehose's.
    """
    return answer(_transform(), event, now_seconds=time.time())


def answer(transform: Transform, event: Any, *, now_seconds: float) -> dict[str, list[dict[str, Any]]]:
    """Answer one Firehose event with the given transform, at the given Unix time."""
    records = event.get("records") if isinstance(event, dict) else None
    if not isinstance(records, list):
        raise EventError("this is no event of a Firehose transformation: it has no list 'records'")
    transform.set_clock(now_seconds)
    report = FailureReport(transform.contract.dataset, event.get("invocationId"))
    # Without a recordId there is nothing to answer; Firehose always sends one.
    records = [
        record for record in records if isinstance(record, dict) and isinstance(record.get("recordId"), str)
    ]
    answers = [_answer_record(transform, record, report) for record in records]
    for index in overflowing(answers):
        report.add(
            records[index],
            binascii.a2b_base64(records[index]["data"]),
            RefusedError("response_limit", "does not fit into Lambda's answer of 6 MB; use smaller batches"),
        )
        answers[index] = {"recordId": records[index]["recordId"], "result": "ProcessingFailed"}
    report.write(len(records))
    return {"records": answers}


def _answer_record(transform: Transform, record: dict[str, Any], report: FailureReport) -> dict[str, Any]:
    data: bytes | None = None
    try:
        data = _decode(record.get("data"))
        accepted = transform.apply(data)
    except RefusedError as refused:
        report.add(record, data, refused)
    except Exception as error:  # a fault of ours in one record must not cost the others
        report.add(record, data, _internal(error))
    else:
        if accepted is None:
            return {"recordId": record["recordId"], "result": "Dropped"}
        line, partition_keys = accepted
        answered = {
            "recordId": record["recordId"],
            "result": "Ok",
            "data": binascii.b2a_base64(line, newline=False).decode(),
        }
        if partition_keys is not None:
            answered["metadata"] = {"partitionKeys": partition_keys}
        return answered
    failed = {"recordId": record["recordId"], "result": "ProcessingFailed"}
    if isinstance(record.get("data"), str):
        failed["data"] = record["data"]
    return failed


def _internal(error: Exception) -> RefusedError:
    """Name the fault and its place in the code; its own message could hold data of the record."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    return RefusedError(
        "internal", f"{type(error).__name__}{place}; the record may be good, the transform is not"
    )


def _decode(data: object) -> bytes:
    if not isinstance(data, str):
        raise RefusedError("not_base64", "the record has no data; allowed: base64 text")
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except ValueError as error:
        raise RefusedError("not_base64", f"the data is not base64: {error}") from None


@cache
def _transform() -> Transform:
    return Transform(load_contract(CONTRACT_PATH))


if CONTRACT_PATH.exists():
    # In the function's zip: compile the contract while the runtime starts, not during the first batch.
    _transform()
