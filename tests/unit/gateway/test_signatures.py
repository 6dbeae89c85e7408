"""How a request is signed, and what AWS serves unsigned."""

from __future__ import annotations

import botocore.session
import pytest

from local_aws.gateway.door import is_ministacks_own
from local_aws.gateway.service import ApiError
from local_aws.gateway.signatures import Signature, signature_of
from local_aws.gateway.unsigned import STS_ACTIONS, TARGETS, is_unsigned_form

_SCOPE = "test/20261129/us-east-1/s3/aws4_request"
_GOOD = f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host;x-amz-date, Signature=0a1b"
_QUERY = (
    f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={_SCOPE}&X-Amz-Date=20261129T000000Z"
    "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
)


def _signature(*authorizations: str, query: str = "") -> Signature | None:
    return signature_of([(b"authorization", one.encode()) for one in authorizations], query.encode())


def test_signatures_that_are_whole() -> None:
    assert _signature(_GOOD) == Signature("test", "s3", in_query=False)
    assert _signature(query=_QUERY) == Signature("test", "s3", in_query=True)
    assert _signature(query="AWSAccessKeyId=k&Signature=x&Expires=1") == Signature(
        "k", "s3", True, is_old=True
    )
    assert _signature("AWS key:c2ln") == Signature("key", "s3", in_query=False, is_old=True)
    multi = _GOOD.replace("HMAC-SHA256", "ECDSA-P256-SHA256").replace("us-east-1/", "")
    assert _signature(multi) == Signature("test", "s3", in_query=False)


@pytest.mark.parametrize("authorization", ["Bearer abc", "Basic QVdTOng=", "eyJhbGciOi"])
def test_other_authorizations_are_no_signature(authorization: str) -> None:
    assert _signature(authorization) is None


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=test",
        _GOOD.replace("aws4_request", "aws5_request"),
        _GOOD.replace("Signature=0a1b", "Signature="),
        _GOOD.replace("host;", ""),
        _GOOD.replace("20261129", "today"),
        _GOOD + " more",
        "AWS key",
    ],
)
def test_a_signature_that_is_not_whole_is_refused(authorization: str) -> None:
    with pytest.raises(ApiError, match="IncompleteSignature"):
        _signature(authorization)


@pytest.mark.parametrize(
    "query",
    [
        f"X-Amz-Credential={_SCOPE}&X-Amz-Signature=00",
        f"x-amz-credential={_SCOPE}",
        _QUERY.replace("X-Amz-Date=20261129T000000Z&", ""),
        _QUERY + "&X-Amz-Signature=11",
        _QUERY + f"&x-amz-credential={_SCOPE}",
        _QUERY.replace("aws4_request", "x"),
        _QUERY.replace("HMAC", "HMAD"),
        _QUERY + "&AWSAccessKeyId=test&Signature=x&Expires=1",
        "AWSAccessKeyId=test",
        "Signature=abc",
    ],
)
def test_a_query_that_is_not_whole_is_refused(query: str) -> None:
    with pytest.raises(ApiError, match="IncompleteSignature"):
        _signature(query=query)


def test_one_signature_a_request() -> None:
    with pytest.raises(ApiError, match="2 Authorization headers"):
        _signature(_GOOD, _GOOD)
    with pytest.raises(ApiError, match="Only one auth mechanism"):
        _signature(_GOOD, query=_QUERY)


def test_unsigned_operations_are_those_of_the_models() -> None:
    session = botocore.session.get_session()
    by_prefix = {}
    for service in ("cognito-identity", "cognito-idp", "sts"):
        model = session.get_service_model(service)
        unsigned = {
            name
            for name in model.operation_names
            if model.operation_model(name).auth_type == "none"
            or (model.operation_model(name).auth or [""])[0] == "smithy.api#noAuth"
        }
        by_prefix[model.metadata.get("targetPrefix", service)] = unsigned
    assert by_prefix.pop("sts") == STS_ACTIONS
    assert by_prefix == TARGETS


def test_an_unsigned_form_asks_for_one_thing() -> None:
    assert is_unsigned_form(b"Action=AssumeRoleWithWebIdentity&RoleArn=x", b"")
    assert not is_unsigned_form(b"Action=AssumeRoleWithWebIdentity", b"Action=DeleteUser")
    assert not is_unsigned_form(b"Action=AssumeRoleWithWebIdentity&Action=DeleteUser", b"")
    assert not is_unsigned_form(b"Action=AssumeRole", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/reset",
        "//_ministack/reset",
        "/%5fministack/reset",
        "/%255fministack/reset",
        "/a/../_ministack/reset",
        "/a/%2e%2e/_ministack/config",
        "/./_ministack/lambda-code/x",
        "/_MiniStack/reset",
        "/_ministack;x=1/reset",
        "/_ministack%2freset",
        "/_ministack",
        "/\\_ministack\\reset",
        "/_ministack/../bucket/key",
        "/_localstack/init",
        "/_ministack/health/../reset",
    ],
)
def test_ministacks_own_paths_are_known_in_every_spelling(path: str) -> None:
    assert is_ministacks_own(path)


@pytest.mark.parametrize(
    "path", ["/_ministack/health", "/_localstack/health", "/bucket/_ministack/reset", "/", "/a//b"]
)
def test_health_and_objects_are_not_among_them(path: str) -> None:
    assert not is_ministacks_own(path)
