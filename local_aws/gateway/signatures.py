"""How a request is signed, as far as its headers and its query tell; whether the signature is right is asked later.

Both of MiniStack's and our own checks read the credentials of a request, so a request may carry one set only: one
`Authorization` header, or one query signature, never both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY = r"([^/,\s]+)"
_REST = r", ?SignedHeaders=([a-z0-9;._-]+), ?Signature=[0-9a-zA-Z]+"
_V4 = re.compile(rf"AWS4-HMAC-SHA256 +Credential={_KEY}/\d{{8}}/([^/,\s]+)/([^/,\s]+)/aws4_request{_REST}")
_V4A = re.compile(rf"AWS4-ECDSA-P256-SHA256 +Credential={_KEY}/\d{{8}}/()([^/,\s]+)/aws4_request{_REST}")
_V2 = re.compile(r"AWS ([^:\s]+):[A-Za-z0-9+/=]+")
_SCOPE = re.compile(r"([^/]+)/\d{8}/(?:[^/]*/)?([^/]+)/aws4_request")
_ALGORITHMS = ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
_QUERY_PARTS = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signedheaders", "x-amz-signature")
_QUERY_PARTS_V2 = ("awsaccesskeyid", "signature", "expires")


@dataclass(frozen=True)
class Signature:
    """The key that a request is signed with, and the service it is signed for (s3 for the old signatures)."""

    access_key_id: str
    service: str
    in_query: bool
    is_old: bool = False


def signature_of(headers: Iterable[tuple[bytes, bytes]], query_string: bytes) -> Signature | None:
    """Return how a request is signed, None for an unsigned one.

    Raises `ApiError` for a signature that has not all parts, and for more than one.
    """
    values = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
    if len(values) > 1:
        raise _incomplete(f"The request has {len(values)} Authorization headers; one is allowed.")
    in_header = _of_header(values[0].strip()) if values else None
    in_query = _of_query(query_string)
    if in_header is not None and in_query is not None:
        raise ApiError(
            "InvalidArgument",
            "Only one auth mechanism allowed: the request has an Authorization header and a signature in its query.",
        )
    return in_header or in_query


def _of_header(value: str) -> Signature | None:
    if not value.startswith("AWS"):
        # Bearer and Basic are not AWS's signatures.
        return None
    match = _V4.fullmatch(value) or _V4A.fullmatch(value)
    if match is not None:
        if "host" not in match[4].split(";"):
            raise _incomplete(f"SignedHeaders is {match[4]!r}; it must contain host.")
        return Signature(match[1], match[3], in_query=False)
    match = _V2.fullmatch(value)
    if match is not None:
        return Signature(match[1], "s3", in_query=False, is_old=True)
    raise _incomplete(
        "Authorization must be AWS4-HMAC-SHA256 Credential=<key>/<yyyymmdd>/<region>/<service>/aws4_request, "
        "SignedHeaders=<names, host among them>, Signature=<signature>."
    )


def _of_query(query_string: bytes) -> Signature | None:
    if b"=" not in query_string:
        return None
    pairs = [
        (name.lower(), value)
        for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        if name.lower() in _QUERY_PARTS or name.lower() in _QUERY_PARTS_V2
    ]
    found = dict(pairs)
    is_new = any(name in found for name in _QUERY_PARTS if name != "x-amz-date")
    is_old = "awsaccesskeyid" in found or "signature" in found
    if not is_new and not is_old:
        return None
    wanted = _QUERY_PARTS if is_new else _QUERY_PARTS_V2
    wrong = [name for name in wanted if [one for one, value in pairs if value].count(name) != 1]
    if wrong or (is_new and is_old):
        raise _incomplete(f"A signature in the query needs each of {', '.join(wanted)} once; wrong: {wrong}.")
    if is_old:
        return Signature(found["awsaccesskeyid"], "s3", in_query=True, is_old=True)
    scope = _SCOPE.fullmatch(found["x-amz-credential"])
    if scope is None or found["x-amz-algorithm"] not in _ALGORITHMS:
        raise _incomplete(
            f"X-Amz-Algorithm is {found['x-amz-algorithm']!r} and X-Amz-Credential {found['x-amz-credential']!r}; "
            f"allowed are {' and '.join(_ALGORITHMS)}, <key>/<yyyymmdd>/<region>/<service>/aws4_request."
        )
    return Signature(scope[1], scope[2], in_query=True)


def _incomplete(message: str) -> ApiError:
    return ApiError("IncompleteSignatureException", message, status=403)
