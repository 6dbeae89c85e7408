from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.gateway.protocols import CBOR, JSON, QUERY
from local_aws.gateway.routing import Router, Scope, credential_scope
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.gateway.service import ApiRequest

_SIGNED = (
    b"AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/firehose/aws4_request, "
    b"SignedHeaders=host;x-amz-date, Signature=abc"
)


class Half:
    """A service that answers some of its operations."""

    name = "firehose"

    def handles(self, operation: str) -> bool:
        return operation == "PutRecord"

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        return {"RecordId": request.parameters["DeliveryStreamName"]}

    def start(self) -> None: ...

    def stop(self) -> None: ...


def test_the_target_names_service_and_operation() -> None:
    service = Half()
    route = Router([service]).route([(b"x-amz-target", b"Firehose_20150804.PutRecord")])
    assert route is not None
    assert route.service is service
    assert route.operation == "PutRecord"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"x-amz-target", b"Firehose_20150804.ListDeliveryStreams")],
        [(b"x-amz-target", b"Kinesis_20131202.PutRecord")],
        [(b"authorization", _SIGNED.replace(b"firehose", b"s3"))],
    ],
)
def test_what_is_not_ours_is_ministacks(headers: list[tuple[bytes, bytes]]) -> None:
    assert Router([Half()]).route(headers) is None


def test_a_call_of_ours_without_an_operation() -> None:
    with pytest.raises(ApiError, match="UnknownOperationException"):
        Router([Half()]).route([(b"authorization", _SIGNED)])


def test_credential_scope() -> None:
    assert credential_scope(_SIGNED) == Scope("test", "eu-west-1", "firehose")
    assert credential_scope(b"Basic abc") is None


class Metrics(Half):
    """A service with three protocols, whose signatures call it otherwise than its model."""

    name = "cloudwatch"

    def handles(self, operation: str) -> bool:
        del operation
        return True


_MONITORING = (b"authorization", _SIGNED.replace(b"firehose", b"monitoring"))
_FORM = (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")


def test_a_service_of_three_protocols_is_found_in_each() -> None:
    router, path = Router([Metrics()]), "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    by_target = router.route([_MONITORING, (b"x-amz-target", b"GraniteServiceVersion20100801.ListMetrics")])
    by_path = router.route([_MONITORING], path)
    by_form = router.route([_MONITORING, _FORM])
    assert by_target is not None
    assert by_path is not None
    assert by_form is not None
    assert (by_target.operation, by_target.protocol) == ("ListMetrics", JSON)
    assert (by_path.operation, by_path.protocol) == ("ListMetrics", CBOR)
    assert (by_form.operation, by_form.protocol) == ("", QUERY)
    assert router.route([_MONITORING, _FORM, (b"x-local-aws-behind", b"1")]) is None


def test_a_service_is_not_found_in_a_protocol_that_it_does_not_have() -> None:
    router = Router([Half()])
    assert (
        router.route([(b"authorization", _SIGNED)], "/service/Firehose_20150804/operation/PutRecord") is None
    )
    with pytest.raises(ApiError, match="UnknownOperationException"):
        router.route([(b"authorization", _SIGNED), _FORM])
