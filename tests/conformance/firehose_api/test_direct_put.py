"""PutRecord and PutRecordBatch; reference 1.2 and 1.6."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.firehose.spool import SpoolReader
from local_aws.gateway.service import ApiError
from tests.conformance.firehose_api.streams import ROLE_ARN, make, make_active, refusal
from tests.gateway_fixture import unique
from tests.unit.firehose.support import PACE_SECONDS

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws
    from tests.unit.firehose.support import Firehose


def spooled(local_aws: LocalAws, name: str) -> list[bytes]:
    """Give what the delivery engine would read of a stream."""
    reader = SpoolReader(local_aws.settings.spool_dir / name)
    return [record.data for record in reader.read(0, max_bytes=1 << 30).records]


def test_records_are_durable_when_they_are_acknowledged(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    name = make_active(local_aws)
    before_ms = int(time.time() * 1000)
    first = firehose.put_record(DeliveryStreamName=name, Record={"Data": b"one\n"})
    batch = firehose.put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": b"two\n"}, {"Data": b""}, {"Data": bytes(range(256))}]
    )
    assert spooled(local_aws, name) == [b"one\n", b"two\n", b"", bytes(range(256))]
    records = SpoolReader(local_aws.settings.spool_dir / name).read(0).records
    assert all(before_ms <= record.arrival_ms <= time.time() * 1000 for record in records)
    assert first["Encrypted"] is False
    assert batch["FailedPutCount"] == 0
    identifiers = [first["RecordId"], *(one["RecordId"] for one in batch["RequestResponses"])]
    assert len(set(identifiers)) == 4


def test_the_largest_record_and_the_largest_batch(local_aws: LocalAws) -> None:
    """Reference 1.6: 1,024,000 bytes, 4 MiB, 500 records."""
    firehose = local_aws.unchecked("firehose")
    name = make_active(local_aws)
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x" * 1_024_000})
    sizes = [1_024_000] * 4 + [4 * 1024 * 1024 - 4 * 1_024_000]
    firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x" * size} for size in sizes])
    firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x"}] * 500)
    assert len(spooled(local_aws, name)) == 506


def test_one_byte_or_one_record_more(local_aws: LocalAws) -> None:
    """Reference 1.6."""
    firehose = local_aws.unchecked("firehose")
    name = make_active(local_aws)
    code, message = refusal(
        lambda: firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x" * 1_024_001})
    )
    assert code == "ValidationException"
    assert "'record.data'" in message
    sizes = [1_024_000] * 4 + [4 * 1024 * 1024 - 4 * 1_024_000 + 1]
    records = [{"Data": b"x" * size} for size in sizes]
    assert refusal(lambda: firehose.put_record_batch(DeliveryStreamName=name, Records=records)) == (
        "InvalidArgumentException",
        "Records size exceeds 4 MB limit",
    )
    code, message = refusal(
        lambda: firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x"}] * 501)
    )
    assert code == "ValidationException"
    assert "Member must have length less than or equal to 500" in message
    assert spooled(local_aws, name) == []


def test_a_stream_with_a_kinesis_source_takes_no_records(local_aws: LocalAws) -> None:
    """Reference 1.2."""
    kinesis = local_aws.clients.client("kinesis")
    source = unique("source")
    kinesis.create_stream(StreamName=source, ShardCount=1)
    stream_arn = kinesis.describe_stream_summary(StreamName=source)["StreamDescriptionSummary"]["StreamARN"]
    name = make(
        local_aws,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream_arn, "RoleARN": ROLE_ARN},
    )
    firehose = local_aws.unchecked("firehose")
    expected = (
        "InvalidArgumentException",
        "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
    )
    assert refusal(lambda: firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x"})) == expected
    assert (
        refusal(lambda: firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x"}]))
        == expected
    )


def test_a_stream_that_is_not_there(local_aws: LocalAws) -> None:
    firehose = local_aws.unchecked("firehose")
    assert refusal(lambda: firehose.put_record(DeliveryStreamName="none", Record={"Data": b"x"})) == (
        "ResourceNotFoundException",
        "Firehose none under account 000000000000 not found.",
    )


def test_a_stream_that_is_being_created_makes_producers_wait(firehose: Firehose) -> None:
    """The client's own retries, which a 503 starts, bridge the time until it is ACTIVE."""
    firehose.create("young")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("PutRecord", {"Record": {"Data": b"early"}}),
        ("PutRecordBatch", {"Records": [{"Data": b"early"}]}),
    ]
    for operation, parameters in calls:
        with pytest.raises(ApiError) as refused:
            firehose(operation, DeliveryStreamName="young", **parameters)
        assert (refused.value.code, refused.value.status) == ("ServiceUnavailableException", 503)
    firehose.now += PACE_SECONDS
    firehose("PutRecord", DeliveryStreamName="young", Record={"Data": b"late"})
    records = SpoolReader(firehose.settings.spool_dir / "young").read(0).records
    assert [record.data for record in records] == [b"late"]
