"""Reference 1.5 and 6: a failing S3, and the source backup."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local_aws.delivery.errors import StoppedError
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    Rig,
    ScriptedS3,
    backed_up,
    client_error,
    describe,
    lambda_processor,
    ok,
    processing,
    processor,
    sequence,
)

if TYPE_CHECKING:
    from pathlib import Path

FAILURES = [
    client_error("InternalError", 500),
    client_error("SlowDown", 503),
    client_error("TooManyRequestsException", 429),
    EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    client_error("AccessDenied", 403),
    client_error("NoSuchBucket", 404),
]


def test_vector_14_s3_fails_three_times(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(ErrorOutputPrefix=ERROR_PREFIX), s3=ScriptedS3(failures=FAILURES[:3]))
    positions: list[Any] = []
    put_object = rig.s3.put_object

    def watching(**request: Any) -> dict[str, Any]:
        positions.append(rig.position())
        return put_object(**request)

    rig.s3.put_object = watching  # type: ignore[method-assign]
    rig.put(b"a", b"b")
    rig.wait(60)
    assert len(rig.s3.puts) == 4
    assert len(set(rig.s3.puts)) == 1
    assert rig.names("lake/errors") == []
    assert rig.body("") == b"ab"
    assert positions == [(None, 0)] * 4
    assert rig.position() == (sequence(1), 2)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_1_5_no_failure_of_s3_sends_data_to_the_error_prefix(tmp_path: Path, failure: Exception) -> None:
    rig = Rig(tmp_path, describe(ErrorOutputPrefix=ERROR_PREFIX), s3=ScriptedS3(failures=[failure] * 5))
    rig.put(b"a")
    rig.drain()
    assert rig.names("lake/errors") == []
    assert rig.body("") == b"a"
    waits = [seconds for seconds in rig.stop.waits if seconds]
    assert len(waits) == 5
    assert waits == sorted(waits)


def test_1_5_an_error_object_that_cannot_be_written_blocks(tmp_path: Path) -> None:
    description = describe(ErrorOutputPrefix=ERROR_PREFIX, **processing(lambda_processor()))
    rig = Rig(tmp_path, description, handler=lambda _: {}, s3=ScriptedS3(failures=FAILURES * 100))
    rig.put(b"a")
    rig.stop.set()
    rig.pipeline.drain()
    with pytest.raises(StoppedError):
        rig.drain()
    assert rig.position() == (None, 0)


def outcome(event: dict[str, Any]) -> Any:
    """The first record is Ok, the second dropped, the third fails."""
    first, second, third = event["records"]
    return {
        "records": [
            ok(first, b"transformed"),
            {"recordId": second["recordId"], "result": "Dropped"},
            {"recordId": third["recordId"], "result": "ProcessingFailed"},
        ]
    }


def test_6_the_backup_has_all_source_records_as_they_came(tmp_path: Path) -> None:
    description = describe(
        Prefix="data/",
        ErrorOutputPrefix=ERROR_PREFIX,
        **processing(lambda_processor(), processor("AppendDelimiterToRecord")),
        **backed_up(CompressionFormat="GZIP"),
    )
    rig = Rig(tmp_path, description, handler=outcome)
    rig.put(b'{"a":1}', b'{"a":2}', b'{"a":3}')
    rig.drain()
    (key,) = rig.names("raw/")
    assert key.startswith("raw/raw/2026/orders-1-2026-07-13-12-00-00-")
    assert key.endswith(".gz")
    assert gzip.decompress(rig.s3.objects[key]["Body"]) == b'{"a":1}{"a":2}{"a":3}'
    assert rig.body("lake/data/") == b"transformed\n"
    assert len(rig.documents("lake/errors/processing-failed/")) == 1


def test_6_the_backup_has_hints_of_its_own(tmp_path: Path) -> None:
    hints = {"SizeInMBs": 5, "IntervalInSeconds": 300}
    rig = Rig(tmp_path, describe(**backed_up(BufferingHints=hints)))
    rig.put(b"a")
    rig.wait(299)
    assert rig.body("lake/") == b"a"
    assert rig.names("raw/") == []
    assert rig.position() == (None, 0), "a record that is not backed up yet is outstanding"
    rig.wait(1)
    assert rig.body("raw/") == b"a"
    assert rig.position() == (sequence(0), 1)


def test_6_the_backup_prefix_gets_the_date_path(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**backed_up(Prefix="raw/")))
    rig.put(b"a")
    rig.drain()
    assert rig.names("raw/")[0].startswith("raw/raw/2026/07/13/12/orders-")
