"""Reference 4.5 and 4.7: records that do not fit the table."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from local_aws.delivery.conversion import Converted, Converter
from tests.unit.delivery.support import (
    ERROR_PREFIX,
    NOON_MS,
    SHARD,
    Rig,
    converting,
    describe,
    lambda_processor,
    ok,
    processing,
    processor,
    sequence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

FAILED = "lake/errors/format-conversion-failed/"
DATA: dict[str, Any] = {"Prefix": "data/", "ErrorOutputPrefix": ERROR_PREFIX}


def rows(rig: Rig) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for key in rig.names("lake/data/"):
        found += pq.read_table(io.BytesIO(rig.s3.objects[key]["Body"])).to_pylist()
    return found


def test_vector_8_the_good_rows_of_a_batch_are_written(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting()), columns=[{"Name": "n", "Type": "double"}])
    rig.put(b'{"n":"1.5"}', b'{"n":"oops"}', b'{"n":2}')
    rig.drain()
    assert sorted(row["n"] for row in rows(rig)) == [1.5, 2.0]
    (document,) = rig.documents(FAILED)
    assert document["lastErrorCode"] == "DataFormatConversion.MalformedData"
    assert 'For input string: "oops"' in document["lastErrorMessage"]


def test_4_7_the_document_has_the_measured_members_in_their_order(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting("events")))
    rig.put(b'{"n":1}', b"malformed")
    rig.drain()
    (key,) = rig.names(FAILED)
    assert "." not in key.removeprefix(FAILED)
    document = json.loads(rig.s3.objects[key]["Body"])
    message = document.pop("lastErrorMessage")
    assert message
    assert list(document.items()) == [
        ("attemptsMade", 1),
        ("arrivalTimestamp", NOON_MS),
        ("lastErrorCode", "DataFormatConversion.ParseError"),
        ("attemptEndingTimestamp", NOON_MS),
        ("rawData", base64.b64encode(b"malformed").decode()),
        ("sequenceNumber", sequence(1)),
        ("subSequenceNumber", 0),
        (
            "dataCatalogTable",
            {
                "catalogId": "000000000000",
                "databaseName": "lake",
                "tableName": "events",
                "region": "us-east-1",
                "versionId": "LATEST",
                "roleArn": "arn:aws:iam::000000000000:role/delivery",
            },
        ),
    ]


def test_4_7_raw_data_is_what_the_function_made(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        describe(**DATA, **converting(), **processing(lambda_processor())),
        handler=lambda event: {"records": [ok(r, b"transformed") for r in event["records"]]},
    )
    rig.put(b'{"n":1}')
    rig.drain()
    (document,) = rig.documents(FAILED)
    assert base64.b64decode(document["rawData"]) == b"transformed"


def test_0_3_a_record_that_is_converted_gets_no_delimiter(tmp_path: Path) -> None:
    delimiter = processor("AppendDelimiterToRecord", Delimiter="|")
    rig = Rig(tmp_path, describe(**DATA, **converting(), **processing(delimiter)))
    rig.put(b'{"n":1}', b"bad")
    rig.drain()
    assert [row["n"] for row in rows(rig)] == [1]
    assert [base64.b64decode(document["rawData"]) for document in rig.documents(FAILED)] == [b"bad"]


def test_3_1_a_record_that_failed_does_not_date_the_object(tmp_path: Path) -> None:
    prefix = DATA | {"Prefix": "data/!{timestamp:HH-mm}/"}
    rig = Rig(tmp_path, describe(**prefix, **converting()))
    rig.put(b"bad", b'{"n":1}', b'{"n":2}', arrivals_ms=[NOON_MS, NOON_MS + 120_000, NOON_MS + 60_000])
    rig.drain()
    (key,) = rig.names("lake/data/")
    assert key.startswith("lake/data/12-01/orders-1-2026-07-13-12-01-00-")
    (key,) = rig.names(FAILED)
    assert key.startswith(f"{FAILED}orders-1-2026-07-13-12-00-00-")


def test_4_5_when_no_row_is_left_there_is_no_object(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting()))
    rig.put(b"bad", b"worse")
    rig.drain()
    assert rig.names() == rig.names(FAILED)
    assert len(rig.documents(FAILED)) == 2
    assert rig.position()[1] == 2


def test_4_5_a_table_that_cannot_be_used_fails_every_record(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting()), columns=[{"Name": "n", "Type": "no such type"}])
    rig.put(b'{"n":1}', b'{"n":2}')
    rig.drain()
    codes = {document["lastErrorCode"] for document in rig.documents(FAILED)}
    assert len(codes) == 1
    assert codes <= {"DataFormatConversion.InvalidSchema", "DataFormatConversion.InvalidTypeFormat"}
    assert len(rig.documents(FAILED)) == 2


def test_4_2_a_column_that_hive_cannot_read_fails_every_record(tmp_path: Path) -> None:
    settings = converting()
    formats = settings["DataFormatConversionConfiguration"]["InputFormatConfiguration"]
    formats["Deserializer"] = {"HiveJsonSerDe": {}}
    rig = Rig(tmp_path, describe(**DATA, **settings), columns=[{"Name": "a.b", "Type": "int"}])
    rig.put(b'{"a.b":1}', b'{"a.b":2}')
    rig.drain()
    assert rig.names() == rig.names(FAILED)
    assert [d["lastErrorCode"] for d in rig.documents(FAILED)] == ["DataFormatConversion.InvalidSchema"] * 2
    assert rig.position()[1] == 2


def test_failures_of_several_batches_keep_their_own_numbers(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting()))
    rig.put(b'{"n":1}', b"bad 1", shard=SHARD)
    rig.put(b'{"n":3}', shard=SHARD)
    rig.put(b"bad 4", b'{"n":5}', shard=SHARD)
    rig.drain()
    assert sorted(row["n"] for row in rows(rig)) == [1, 3, 5]
    numbers = [(base64.b64decode(d["rawData"]), d["sequenceNumber"]) for d in rig.documents(FAILED)]
    assert numbers == [(b"bad 1", sequence(1)), (b"bad 4", sequence(3))]


def test_a_record_that_the_converter_stumbles_over_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert = Converter.convert

    def stumbling(self: Converter, records: Sequence[bytes]) -> Converted:
        if any(b"stumble" in data for data in records):
            raise RuntimeError("unforeseen")
        return convert(self, records)

    monkeypatch.setattr(Converter, "convert", stumbling)
    rig = Rig(tmp_path, describe(**DATA, **converting()))
    rig.put(b'{"n":1}', b'{"n":2,"stumble":1}', b"malformed", b'{"n":4}')
    rig.drain()
    assert sorted(row["n"] for row in rows(rig)) == [1, 4]
    codes = [document["lastErrorCode"] for document in rig.documents(FAILED)]
    assert codes == ["DataFormatConversion.InternalError", "DataFormatConversion.ParseError"]
