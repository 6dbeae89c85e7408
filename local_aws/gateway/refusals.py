"""A refusal in the shape that the caller's SDK reads, told from the request alone.

Of an unsigned request nobody knows for which service it was meant: target, path and content type say which protocol.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import orjson

from local_aws.gateway.protocols import CBOR, JSON, QUERY, Answer
from local_aws.gateway.routing import RPC_PATH
from local_aws.gateway.unsigned import is_form

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.service import ApiError

# How the paths of the services begin that speak JSON over REST; what is no such path is S3's.
_REST_JSON = (
    "/2014-",
    "/2015-",
    "/2017-",
    "/2018-",
    "/2019-",
    "/2020-",
    "/2021-",
    "/2022-",
    "/2023-",
    "/accounts/",
    "/schedules",
    "/schedule-groups",
    "/v1/",
    "/v2/",
    "/restapis",
    "/tags/",
    "/_local_aws/",
)
_S3_CODES = {
    "IncompleteSignatureException": "AuthorizationHeaderMalformed",
    "InternalFailure": "InternalError",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "AccessDenied",
    "RequestEntityTooLargeException": "EntityTooLarge",
    "SerializationException": "InvalidRequest",
    "ValidationException": "InvalidRequest",
}


def refusal(error: ApiError, scope: MutableMapping[str, Any]) -> Answer:
    """Return `error` as the protocol of the request has it."""
    if any(name == b"x-amz-target" for name, _ in scope["headers"]):
        return JSON.error(None, error)
    if RPC_PATH.fullmatch(scope["path"]):
        return CBOR.error(None, error)
    if is_form(scope) or b"Action=" in scope["query_string"]:
        return QUERY.error(None, error)
    if scope["path"].startswith(_REST_JSON):
        return _rest_json(error)
    return _s3(error)


def _rest_json(error: ApiError) -> Answer:
    body = orjson.dumps({"message": error.message})
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("x-amzn-errortype", error.code),
        ("x-amzn-requestid", str(uuid.uuid4())),
    )
    return Answer(error.status, headers, body)


def _s3(error: ApiError) -> Answer:
    code = _S3_CODES.get(error.code, error.code)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(error.message)}</Message>"
        f"<RequestId>{uuid.uuid4()}</RequestId></Error>"
    ).encode()
    return Answer(
        error.status, (("content-type", "application/xml"), ("content-length", str(len(body)))), body
    )
