"""How objects are encrypted where neither the request nor the bucket says so.

AWS rule: since January 2023 every new object is encrypted with the keys of S3 itself at least, and every answer about
an object says how it is encrypted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from local_aws.gateway.hosts import bucket_in_host

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER = "x-amz-server-side-encryption"
_KEYS_OF_THE_CALLER = f"{_HEADER}-customer-algorithm"
# What requests for the content itself may have in their query: other names are for tags, access lists and the like.
_OF_CONTENT = {
    "GET": frozenset({"versionId", "partNumber"}),
    "HEAD": frozenset({"versionId", "partNumber"}),
    "PUT": frozenset({"partNumber", "uploadId"}),
    "POST": frozenset({"uploads", "uploadId"}),
}
_OF_ANY = ("x-id", "response-", "X-Amz-")


def is_about_content(method: str, host: str, path: str, query_string: str) -> bool:
    """Return whether a request writes or reads an object, or a part of one."""
    key = path[1:] if bucket_in_host(host) is not None else path[1:].partition("/")[2]
    names = {name for name, _ in parse_qsl(query_string, keep_blank_values=True)}
    names = {name for name in names if not name.startswith(_OF_ANY)}
    allowed = _OF_CONTENT.get(method)
    if not key or allowed is None or (method == "POST" and not names):
        return False
    return names <= allowed


def told(status: int, headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the header of the default encryption for an answer about an object that names no encryption."""
    succeeded = status in (200, 206)
    if not succeeded or _HEADER in headers or _KEYS_OF_THE_CALLER in headers:
        return {}
    return {_HEADER: "AES256"}
