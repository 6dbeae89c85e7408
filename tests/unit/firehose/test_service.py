"""The control plane by itself, with a clock and without the services around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_aws.firehose.spool import SpoolReader
from local_aws.gateway.models import service_model
from local_aws.gateway.service import ApiError
from tests.unit.firehose.support import Firehose

if TYPE_CHECKING:
    from pathlib import Path


def test_every_operation_of_the_api_is_answered(firehose: Firehose) -> None:
    for operation in service_model("firehose").operation_names:
        assert firehose.service.handles(operation)
        assert operation in firehose.service._operations


def test_the_quota_of_streams(firehose: Firehose) -> None:
    """Reference 1.7: a number of streams for each region."""
    for name in ("a", "b", "c"):
        firehose.create(name)
    with pytest.raises(
        ApiError, match="LimitExceededException: You have already consumed your firehose quota of 3"
    ):
        firehose.create("d")
    firehose.now += 10
    firehose("DeleteDeliveryStream", DeliveryStreamName="a")
    with pytest.raises(ApiError, match="LimitExceededException"):
        firehose.create("d")
    firehose.now += 10
    firehose.create("d")


def test_names_that_are_no_folders_names(firehose: Firehose) -> None:
    for name in (".", ".."):
        with pytest.raises(ApiError, match="DeliveryStreamName is"):
            firehose.create(name)


@pytest.mark.parametrize("operation", ["UpdateDestination", "StartDeliveryStreamEncryption"])
def test_a_stream_that_is_not_active_cannot_be_changed(firehose: Firehose, operation: str) -> None:
    firehose.create("a")
    with pytest.raises(ApiError, match="ResourceInUseException: Firehose a is CREATING"):
        firehose(
            operation,
            DeliveryStreamName="a",
            CurrentDeliveryStreamVersionId="1",
            DestinationId="destinationId-000000000001",
            ExtendedS3DestinationUpdate={"Prefix": "a/"},
        )


def test_records_survive_a_restart_of_the_service(firehose: Firehose, tmp_path: Path) -> None:
    firehose.create("a")
    firehose.now += 10
    firehose("PutRecord", DeliveryStreamName="a", Record={"Data": b"one"})
    firehose.service.stop()
    again = Firehose(tmp_path)
    again.now += 20
    again("PutRecordBatch", DeliveryStreamName="a", Records=[{"Data": b"two"}])
    records = SpoolReader(again.settings.spool_dir / "a").read(0).records
    assert [(record.data, record.arrival_ms) for record in records] == [
        (b"one", 1010_000),
        (b"two", 1020_000),
    ]
    again.service.stop()


def test_a_stream_made_again_starts_with_an_empty_spool(firehose: Firehose) -> None:
    firehose.create("a")
    firehose.now += 10
    firehose("PutRecord", DeliveryStreamName="a", Record={"Data": b"old"})
    firehose("DeleteDeliveryStream", DeliveryStreamName="a")
    firehose.now += 10
    firehose.create("a")
    firehose.now += 10
    firehose("PutRecord", DeliveryStreamName="a", Record={"Data": b"new"})
    records = SpoolReader(firehose.settings.spool_dir / "a").read(0).records
    assert [record.data for record in records] == [b"new"]
