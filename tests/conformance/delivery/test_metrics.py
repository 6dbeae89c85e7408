"""Reference 13: the CloudWatch metrics of a delivery stream, as PutMetricData gets them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from tests.unit.delivery.support import (
    ERROR_PREFIX,
    Rig,
    RunLater,
    ScriptedS3,
    backed_up,
    client_error,
    converting,
    describe,
    lambda_processor,
    ok,
    partitioned,
    processing,
    processor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DATA: dict[str, Any] = {"Prefix": "data/", "ErrorOutputPrefix": ERROR_PREFIX}


def measured(rig: Rig) -> dict[str, Mapping[str, float]]:
    """Give the statistics that would be sent now, by the metric's name."""
    rig.pipeline.measure()
    sent = rig.metrics.take()
    assert all(one["Dimensions"] == [{"Name": "DeliveryStreamName", "Value": "orders"}] for one in sent)
    return {one["MetricName"]: one["StatisticValues"] for one in sent}


def sums(rig: Rig, *names: str) -> list[float]:
    found = measured(rig)
    return [found[name]["Sum"] for name in names]


def test_13_what_comes_in_and_what_is_delivered(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA))
    rig.put(b"12345", b"123")
    rig.wait(60)
    found = measured(rig)
    assert (found["IncomingRecords"]["Sum"], found["IncomingBytes"]["Sum"]) == (2, 8)
    assert (found["DeliveryToS3.Records"]["Sum"], found["DeliveryToS3.Bytes"]["Sum"]) == (2, 8)
    assert found["DeliveryToS3.ObjectCount"]["Sum"] == found["DeliveryToS3.Success"]["Sum"] == 1
    assert found["DeliveryToS3.DataFreshness"] == {
        "SampleCount": 2,
        "Sum": 60,
        "Minimum": 0,
        "Maximum": 60,
    }


def test_13_freshness_is_the_age_of_the_oldest_record_that_is_not_delivered(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **backed_up()), s3=ScriptedS3(), write=RunLater())
    rig.put(b"old")
    rig.wait(20)
    rig.put(b"new")
    rig.wait(60)
    found = measured(rig)
    assert found["DeliveryToS3.DataFreshness"]["Maximum"] == 80
    assert found["BackupToS3.DataFreshness"]["Maximum"] == 80


def test_13_success_is_the_share_of_puts_that_succeeded(tmp_path: Path) -> None:
    s3 = ScriptedS3(failures=[client_error("SlowDown", 503), client_error("AccessDenied", 403)])
    rig = Rig(tmp_path, describe(**DATA), s3=s3)
    rig.put(b"a")
    rig.wait(60)
    found = measured(rig)
    assert (found["DeliveryToS3.Success"]["Sum"], found["DeliveryToS3.Success"]["SampleCount"]) == (1, 3)


def test_13_the_backup_has_its_own(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **backed_up()))
    rig.put(b"12345")
    rig.wait(60)
    assert sums(rig, "BackupToS3.Records", "BackupToS3.Bytes", "BackupToS3.Success") == [1, 5, 1]


def test_13_the_transform(tmp_path: Path) -> None:
    def handler(event: Mapping[str, Any]) -> Any:
        return {"records": [ok(record, b"longer data") for record in event["records"]]}

    rig = Rig(tmp_path, describe(**DATA, **processing(lambda_processor())), handler=handler)
    rig.put(b"a", b"b")
    rig.drain()
    found = measured(rig)
    assert found["SucceedProcessing.Records"]["Sum"] == 2
    assert found["SucceedProcessing.Bytes"]["Sum"] == 22
    assert found["ExecuteProcessing.Success"] == {"SampleCount": 1, "Sum": 1, "Minimum": 1, "Maximum": 1}
    assert found["ExecuteProcessing.Duration"]["SampleCount"] == 1


def test_13_failed_invocations_count_as_such_and_records_as_neither_processed_nor_delivered(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, describe(**DATA, **processing(lambda_processor())), handler=lambda _: {"records": []})
    rig.put(b"a")
    rig.drain()
    found = measured(rig)
    assert found["SucceedProcessing.Records"]["Sum"] == 0
    assert "DeliveryToS3.Records" not in found
    assert found["DeliveryToS3.Success"]["Sum"] == 1


def test_13_conversion(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **converting()))
    rig.put(b'{"n":1}', b"broken", b'{"n":22}')
    rig.drain()
    assert sums(
        rig,
        "SucceedConversion.Records",
        "SucceedConversion.Bytes",
        "FailedConversion.Records",
        "FailedConversion.Bytes",
    ) == [2, 15, 1, 6]


def test_5_4_partitions(tmp_path: Path) -> None:
    extraction = processor("MetadataExtraction", MetadataExtractionQuery="{k: .k}")
    description = describe(**partitioned("k=!{partitionKeyFromQuery:k}/"), **processing(extraction))
    rig = Rig(tmp_path, description)
    rig.put(*[b'{"k":"%d"}' % n for n in range(501)])
    found = measured(rig)
    assert found["PartitionCount"]["Maximum"] == found["ActivePartitionsLimit"]["Maximum"] == 500
    assert found["PartitionCountExceeded"] == {"SampleCount": 501, "Sum": 1, "Minimum": 0, "Maximum": 1}
    assert found["JQProcessing.Duration"]["SampleCount"] == 1
    rig.wait(60)
    found = measured(rig)
    assert found["DeliveryToS3.ObjectCount"]["Sum"] == found["PerPartitionThroughput"]["SampleCount"] == 500
    assert found["PartitionCount"]["Maximum"] == 0


def test_decompression_has_its_own(tmp_path: Path) -> None:
    rig = Rig(tmp_path, describe(**DATA, **processing(processor("Decompression"))))
    rig.put(gzip.compress(b"x" * 100), b"damaged")
    rig.drain()
    assert sums(
        rig,
        "OutputDecompressedRecords.Success",
        "OutputDecompressedBytes.Success",
        "OutputDecompressedRecords.Failed",
        "OutputDecompressedBytes.Failed",
    ) == [1, 100, 1, 7]
