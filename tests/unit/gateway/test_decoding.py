from __future__ import annotations

from typing import Any

import pytest

from local_aws.gateway.decoding import decode
from local_aws.gateway.models import service_model
from local_aws.gateway.service import ApiError


def decoded(operation: str, value: Any) -> Any:
    shape = service_model("firehose").operation_model(operation).input_shape
    assert shape is not None
    return decode(shape, value)


def test_blobs_are_bytes_and_unknown_members_are_left_out() -> None:
    body = {"DeliveryStreamName": "a", "Record": {"Data": "AAH/", "Other": 1}, "More": [1]}
    assert decoded("PutRecord", body) == {"DeliveryStreamName": "a", "Record": {"Data": b"\x00\x01\xff"}}


def test_null_is_absent() -> None:
    body = {"DeliveryStreamName": "a", "Tags": None, "S3DestinationConfiguration": {"Prefix": None}}
    assert decoded("CreateDeliveryStream", body) == {
        "DeliveryStreamName": "a",
        "S3DestinationConfiguration": {},
    }


@pytest.mark.parametrize(
    ("sent", "taken"),
    [(5.0, 5), (5.5, 5), (-1.5, -1), (2**31, 2**31 - 1), (-(2**40), -(2**31)), (1e300, 2**31 - 1)],
)
def test_integers_are_cut_and_clamped(sent: float, taken: int) -> None:
    assert decoded("ListDeliveryStreams", {"Limit": sent}) == {"Limit": taken}


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("ListDeliveryStreams", {"Limit": "5"}, "STRING_VALUE can not be converted to an Integer"),
        ("ListDeliveryStreams", {"Limit": True}, "TRUE_VALUE can not be converted to an Integer"),
        ("PutRecord", {"DeliveryStreamName": 3}, "NUMBER_VALUE can not be converted to a String"),
        ("PutRecord", {"DeliveryStreamName": ["a"]}, "Start of list found where not expected"),
        ("PutRecord", {"Record": "a"}, "Unexpected field type"),
        ("PutRecord", {"Record": {"Data": "not base64!"}}, "Value is not valid base64 text"),
        ("PutRecordBatch", {"Records": {}}, "Start of structure or map found where not expected."),
        ("PutRecord", [], "Start of list found where not expected"),
    ],
)
def test_a_wrong_type_is_a_serialization_error(operation: str, body: Any, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        decoded(operation, body)
    assert (caught.value.code, caught.value.message) == ("SerializationException", message)
