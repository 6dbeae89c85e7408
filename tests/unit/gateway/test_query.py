"""The query protocol: forms in, XML out, and botocore's own reader and writer at the other end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer

from local_aws.gateway import query
from local_aws.gateway.models import service_model
from local_aws.gateway.protocols import QUERY
from local_aws.gateway.service import ApiError

MODEL = service_model("cloudwatch")
DATUM: dict[str, Any] = {
    "MetricName": "a.b & <c>",
    "Dimensions": [{"Name": "n", "Value": "v"}, {"Name": "m", "Value": "w"}],
    "Timestamp": 1795250264.0,
    "Values": [1.5, -2.0],
    "Unit": "Bytes/Second",
    "StorageResolution": 1,
}


def sent(operation: str, parameters: dict[str, Any]) -> bytes:
    serialized: Any = QuerySerializer().serialize_to_request(parameters, MODEL.operation_model(operation))
    return urlencode(serialized["body"]).encode()


def parsed(body: bytes, status: int, shape: Any = None) -> Any:
    return QueryParser().parse({"status_code": status, "headers": {}, "body": body}, shape)


def test_what_botocore_writes_is_read() -> None:
    parameters = {"Namespace": "N", "MetricData": [DATUM, {"MetricName": "x", "Value": 1.0}]}
    body = sent("PutMetricData", parameters)
    assert QUERY.operation("", body) == "PutMetricData"
    assert QUERY.parameters(MODEL.operation_model("PutMetricData"), body) == parameters


def test_more_than_nine_members_stay_in_order() -> None:
    names = [f"alarm-{number}" for number in range(12)]
    body = sent("DescribeAlarms", {"AlarmNames": names})
    assert QUERY.parameters(MODEL.operation_model("DescribeAlarms"), body) == {"AlarmNames": names}


def test_an_empty_list_and_a_boolean() -> None:
    body = sent("PutMetricAlarm", {"AlarmName": "a", "OKActions": [], "ActionsEnabled": False})
    found = QUERY.parameters(MODEL.operation_model("PutMetricAlarm"), body)
    assert found == {"AlarmName": "a", "OKActions": [], "ActionsEnabled": False}


@pytest.mark.parametrize(
    "body",
    [b"Action=PutMetricAlarm&AlarmName=a&Period=ten", b"Action=PutMetricAlarm&ActionsEnabled=perhaps"],
)
def test_a_value_of_another_type(body: bytes) -> None:
    with pytest.raises(ApiError, match="MalformedInput"):
        QUERY.parameters(MODEL.operation_model("PutMetricAlarm"), body)


@pytest.mark.parametrize(("body", "code"), [(b"", "MissingAction"), (b"Action", "MalformedInput")])
def test_a_body_that_names_no_operation(body: bytes, code: str) -> None:
    with pytest.raises(ApiError, match=code):
        QUERY.operation("", body)


def test_what_is_written_is_read_by_botocore() -> None:
    operation = MODEL.operation_model("GetMetricStatistics")
    result = {
        "Label": "a & <b>",
        "Datapoints": [{"Timestamp": 1795250264, "ExtendedStatistics": {"p99": 1.5}, "Unit": "None"}],
    }
    answer = QUERY.result(operation, result)
    assert dict(answer.headers)["content-type"] == "text/xml"
    read = parsed(answer.body, 200, operation.output_shape)
    assert read["Label"] == result["Label"]
    (point,) = read["Datapoints"]
    assert point["Timestamp"].timestamp() == 1795250264
    assert point["ExtendedStatistics"] == {"p99": 1.5}
    assert read["ResponseMetadata"]["RequestId"] == dict(answer.headers)["x-amzn-requestid"]


def test_an_error_has_the_code_of_the_query_protocol() -> None:
    answer = QUERY.error("cloudwatch", ApiError("InvalidParameterValueException", "no <way>"))
    assert parsed(answer.body, 400)["Error"] == {
        "Type": "Sender",
        "Code": "InvalidParameterValue",
        "Message": "no <way>",
    }
    denied = QUERY.error("cloudwatch", ApiError("AccessDeniedException", "no"))
    assert denied.status == 403
    assert b"<Code>AccessDenied</Code>" in denied.body


def test_a_member_that_the_model_lacks_is_a_mistake() -> None:
    with pytest.raises(Exception, match="has no member Oops"):
        query.response(MODEL.operation_model("ListMetrics"), {"Oops": 1}, "id")
