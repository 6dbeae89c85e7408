"""IAM in front of everything: who calls our services, and the few requests to MiniStack that need a look first.

MiniStack authorises what it answers by itself. Three kinds of its requests pass through here all the same: those
that an AWS service signs with its own key (see `local_aws.iam.services`), which MiniStack does not know, new policy
documents (see `local_aws.iam.documents`), and those that it checks on another resource than AWS does, or for less (see
`local_aws.iam.actions` and `local_aws.iam.control_plane`).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import orjson

from local_aws.clients import LOCAL_CREDENTIALS
from local_aws.gateway import reset
from local_aws.gateway.asgi import ClientGoneError, again, read_body, send_answer
from local_aws.gateway.dispatch import error_answer
from local_aws.gateway.protocols import Answer
from local_aws.gateway.service import ApiError
from local_aws.iam import documents
from local_aws.iam.actions import is_misjudged
from local_aws.iam.control_plane import concerns
from local_aws.iam.identity import HttpRequest
from local_aws.iam.services import is_service_key
from local_aws.iam.sessions import STS_NAMESPACE, assume_role_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from local_aws.gateway.asgi import AsgiApp, Receive, Send
    from local_aws.gateway.dispatch import Caller
    from local_aws.gateway.routing import Scope
    from local_aws.gateway.service import Service
    from local_aws.gateway.signatures import Signature
    from local_aws.iam.authorization import Authorization
    from local_aws.iam.identity import Identity

_FORWARDED = b"x-forwarded-proto"
# AWS rule: the largest object that one request can put.
_LARGEST_OBJECT_BYTES = 5 * 1024**3
# Services that answer in XML, with the namespace of their errors.
_XML = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": STS_NAMESPACE,
}


class Guard:
    """Stands at the door of one gateway."""

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def identified(
        self, caller: Caller, signed: Scope | None, scope: MutableMapping[str, Any], body: bytes
    ) -> Caller:
        """Give `caller` with verified identity and its permissions. Raises `ApiError` for a wrong signature."""
        identity = self._authorization.identify(_request(scope, body), signed)
        authorize = partial(self._authorize, identity, caller.region)
        return replace(caller, credentials=identity.credentials, authorize=authorize)

    async def verified_root(
        self, scope: MutableMapping[str, Any], receive: Receive, signature: Signature
    ) -> Receive:
        """Return what is left of a request to receive; raise `ApiError` for one that forges root's signature.

        The body is read where its hash is no header, or where its chunks are signed one by one.
        """
        if not self._authorization.is_root_key(signature.access_key_id):
            if scope["path"] == reset.PATH:
                raise ApiError(
                    "AccessDeniedException", "Only the account's root may reset the local AWS.", status=403
                )
            return receive
        body = b""
        payload = next((value for name, value in scope["headers"] if name == b"x-amz-content-sha256"), b"")
        is_read = not signature.in_query and not signature.is_old
        if is_read and (not payload or payload.startswith(b"STREAMING-AWS4-")):
            body = await read_body(receive, largest_bytes=_LARGEST_OBJECT_BYTES)
            receive = again(body, receive)
        self._authorization.check_root(_request(scope, body), signature)
        return receive

    def looks_at(self, signed: Scope | None, scope: MutableMapping[str, Any]) -> bool:
        """Tell whether a request to MiniStack has to go through `pass_on`."""
        if signed is None:
            return False
        return (
            is_service_key(signed.access_key_id)
            or is_misjudged(signed.service, _target(scope))
            or _is_control_plane(signed.service, scope)
        )

    def over_tls(self, scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Give the request as one that came over TLS, unless it says itself how it came.

        Bucket policies deny what comes without TLS. AWS's endpoints have it; here nothing leaves the machine.
        """
        if any(name == _FORWARDED for name, _ in scope["headers"]):
            return scope
        return {**scope, "headers": [*scope["headers"], (_FORWARDED, b"https")]}

    async def pass_on(
        self,
        signed: Scope | None,
        scope: MutableMapping[str, Any],
        receive: Receive,
        send: Send,
        behind: AsgiApp,
    ) -> None:
        """Let a request to MiniStack pass, or refuse it."""
        if signed is None:
            await behind(scope, receive, send)
            return
        try:
            body = await read_body(receive)
            if is_service_key(signed.access_key_id):
                session = await self._authorization.admit(_request(scope, body), signed)
                if session is not None:
                    await send_answer(send, _xml(200, assume_role_answer(session)))
                    return
                scope = _as_root(scope, signed)
            elif is_misjudged(signed.service, _target(scope)):
                if await self._authorization.correct(_request(scope, body), signed, _members(body)):
                    scope = _as_root(scope, signed)
            else:
                reason = documents.refusal(body) if signed.service == "iam" else None
                if reason is not None:
                    raise ApiError("MalformedPolicyDocument", reason)
                if await self._authorization.ask(_request(scope, body), signed):
                    scope = _as_root(scope, signed)
        except ClientGoneError:
            return
        except ApiError as error:
            await send_answer(send, _refusal(error, signed.service))
            return
        await behind(scope, again(body, receive), send)

    def _authorize(
        self,
        identity: Identity,
        region: str,
        service: Service,
        operation: str,
        parameters: Mapping[str, Any],
    ) -> None:
        self._authorization.authorize(identity, service, operation, parameters, region)


def _target(scope: MutableMapping[str, Any]) -> str:
    """Read the operation from `x-amz-target`, empty for a protocol without it."""
    target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
    return str(target.rpartition(b".")[2].decode("latin-1"))


def _is_control_plane(service: str, scope: MutableMapping[str, Any]) -> bool:
    query = scope.get("query_string", b"").decode("latin-1")
    return concerns(service, _target(scope), scope["method"], scope["path"], query)


def _members(body: bytes) -> Mapping[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError("SerializationException", f"The request's body is not JSON: {error}") from error
    return content if isinstance(content, dict) else {}


def _request(scope: MutableMapping[str, Any], body: bytes) -> HttpRequest:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
    query = parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True)
    return HttpRequest(scope["method"], raw_path.decode("latin-1"), query, scope["headers"], body)


def _as_root(scope: MutableMapping[str, Any], signed: Scope) -> MutableMapping[str, Any]:
    """Give the request as the account's root would make it: MiniStack does not look at root's signature.

    From outside nobody can: `verified_root` has looked at it before.
    """
    key = LOCAL_CREDENTIALS.access_key_id
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={key}/20000101/{signed.region}/{signed.service}/aws4_request, "
        "SignedHeaders=host, Signature=none"
    )
    dropped = (b"authorization", b"x-amz-security-token")
    kept = [(name, value) for name, value in scope["headers"] if name not in dropped]
    return {**scope, "headers": [*kept, (b"authorization", authorization.encode("ascii"))]}


def _refusal(error: ApiError, service: str) -> Answer:
    namespace = _XML.get(service)
    if namespace is None and service != "s3":
        return error_answer(error)
    # AWS rule: what the JSON services call AccessDeniedException has other names in the older ones.
    denied = error.code == "AccessDeniedException"
    code = {"sns": "AuthorizationError"}.get(service, "AccessDenied") if denied else error.code
    inside = f"<Code>{escape(code)}</Code><Message>{escape(error.message)}</Message>"
    if namespace is None:
        text = f"<Error>{inside}<RequestId>{uuid.uuid4()}</RequestId></Error>"
    else:
        text = (
            f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type>{inside}</Error>'
            f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        )
    return _xml(403 if denied else error.status, text.encode())


def _xml(status: int, body: bytes) -> Answer:
    return Answer(status, (("content-type", "text/xml"), ("content-length", str(len(body)))), body)
