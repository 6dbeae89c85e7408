from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.gateway.encoding import EncodingError, encode, encode_error
from local_aws.gateway.models import service_model
from local_aws.gateway.service import ApiError


def encoded(service: str, operation: str, value: Any) -> Any:
    shape = service_model(service).operation_model(operation).output_shape
    assert shape is not None
    return encode(shape, value)


def test_blobs_instants_and_absent_members() -> None:
    records = [
        {
            "Data": b"\x00\xff",
            "SequenceNumber": "1",
            "ApproximateArrivalTimestamp": datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC),
            "PartitionKey": None,
        }
    ]
    assert encoded("kinesis", "GetRecords", {"Records": records}) == {
        "Records": [{"Data": "AP8=", "SequenceNumber": "1", "ApproximateArrivalTimestamp": 1795255200.123}]
    }


def test_a_member_that_the_api_lacks_is_our_mistake() -> None:
    with pytest.raises(EncodingError, match=r"PutRecordOutput has no member Extra"):
        encoded("firehose", "PutRecord", {"RecordId": "1", "Extra": 2})


def test_an_instant_needs_a_time_zone() -> None:
    place = r"^\.Records\[\]\.ApproximateArrivalTimestamp"
    with pytest.raises(EncodingError, match=f"{place} is an instant without a time zone"):
        encoded("kinesis", "GetRecords", {"Records": [{"ApproximateArrivalTimestamp": datetime(2026, 1, 1)}]})


def test_errors_carry_their_type_and_further_members() -> None:
    error = ApiError("InvalidKMSResourceException", "no key", extra={"code": "KMS.NotFoundException"})
    assert encode_error(error) == {
        "__type": "InvalidKMSResourceException",
        "message": "no key",
        "code": "KMS.NotFoundException",
    }
