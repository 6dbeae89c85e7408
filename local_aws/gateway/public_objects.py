"""Objects that a bucket's policy or an ACL gives to everybody: S3 serves them to callers without credentials."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local_aws.clients import LOCAL_CREDENTIALS
from local_aws.gateway.hosts import bucket_in_host
from local_aws.iam.identity import Check

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Message
    from local_aws.iam.evaluator import Evaluator

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_NOT_PLAIN = (b"x-amz-target", b"x-amz-copy-source", b"x-amz-acl")
_EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
_GRANT = re.compile(r"<Grant>.*?</Grant>", re.DOTALL)
# Parameters that ask for the object itself; any other is a subresource, which is not public.
_PLAIN = (
    "versionid",
    "response-",
    "x-id",
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "marker",
    "encoding-type",
)


class PublicObjects:
    """Knows of one gateway's buckets what is public, by asking MiniStack each time."""

    def __init__(self, behind: AsgiApp, evaluator: Evaluator, region: str) -> None:
        self._behind = behind
        self._evaluator = evaluator
        self._region = region

    async def allow(self, scope: MutableMapping[str, Any]) -> bool:
        """Return whether everybody may make this request to S3."""
        asked = _asked(scope)
        if asked is None:
            return False
        action, bucket, key = asked
        resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
        policy = await self._ask(bucket, "", "policy")
        if policy is not None and self._allows(policy, Check(action, resource)):
            return not await self._is_blocked(bucket, "RestrictPublicBuckets")
        if action == "s3:PutObject":
            return False
        acl = await self._ask(bucket, key, "acl")
        if acl is None or not _read_by_everybody(acl.decode("utf-8", "replace")):
            return False
        return not await self._is_blocked(bucket, "IgnorePublicAcls")

    def _allows(self, policy: bytes, check: Check) -> bool:
        try:
            document = json.loads(policy)
        except ValueError:
            return False
        # No service has this name: what remains are the statements for everybody.
        return self._evaluator.service_may(document, "nobody", check)

    async def _is_blocked(self, bucket: str, switch: str) -> bool:
        block = await self._ask(bucket, "", "publicAccessBlock")
        return block is not None and f"<{switch}>true</{switch}>" in block.decode("utf-8", "replace")

    async def _ask(self, bucket: str, key: str, subresource: str) -> bytes | None:
        """Ask MiniStack as the account's root; None when there is no such thing."""
        path = f"/{bucket}/{quote(key)}" if key else f"/{bucket}"
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/{bucket}/{key}" if key else path,
            "raw_path": path.encode("ascii"),
            "query_string": subresource.encode("ascii"),
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1"), (b"authorization", _as_root(self._region))],
            "client": ("127.0.0.1", 0),
        }
        status, body = 0, b""

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")

        await self._behind(scope, receive, send)
        return body if status == 200 else None


def _as_root(region: str) -> bytes:
    scope = f"{LOCAL_CREDENTIALS.access_key_id}/20000101/{region}/s3/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none".encode("ascii")


def _asked(scope: MutableMapping[str, Any]) -> tuple[str, str, str] | None:
    """Return action, bucket and key of an S3 request that can be public, None for any other."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    in_host = bucket_in_host(host)
    path: str = scope["path"].removeprefix("/")
    bucket, _, key = (in_host, "/", path) if in_host else path.partition("/")
    if not _BUCKET.fullmatch(bucket) or any(name in _NOT_PLAIN for name, _ in scope["headers"]):
        return None
    names = [
        part.partition("=")[0].lower() for part in scope["query_string"].decode("latin-1").split("&") if part
    ]
    if any(not name.startswith(_PLAIN) for name in names):
        return None
    if scope["method"] in ("GET", "HEAD"):
        return ("s3:GetObject" if key else "s3:ListBucket"), bucket, key
    return ("s3:PutObject", bucket, key) if scope["method"] == "PUT" and key and not names else None


def _read_by_everybody(acl: str) -> bool:
    grants = (one for one in _GRANT.findall(acl) if _EVERYBODY in one)
    return any(
        f"<Permission>{right}</Permission>" in one for one in grants for right in ("READ", "FULL_CONTROL")
    )
