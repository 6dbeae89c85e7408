"""Which service a request is for, told from its path and headers alone: its body is not touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.clients import BEHIND_HEADER
from local_aws.gateway.models import protocols, signing_name, target_prefix
from local_aws.gateway.protocols import CBOR, JSON, QUERY, json_protocol
from local_aws.gateway.rest_xml import RestXml
from local_aws.gateway.service import ApiError, Completing, Inspector, RestService

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from local_aws.gateway.protocols import WireProtocol
    from local_aws.gateway.service import Service

_BEHIND_HEADER = BEHIND_HEADER.encode("ascii")
_FORM = b"application/x-www-form-urlencoded"
# The path of Smithy's RPC; the service stands in it as in `x-amz-target`.
RPC_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)")
# Credential=<access key>/<yyyymmdd>/<region>/<service>/aws4_request
_CREDENTIAL_SCOPE = re.compile(rb"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
# Credential=<access key>/<yyyymmdd>/<service>/aws4_request
_ASYMMETRIC_SCOPE = re.compile(
    rb"AWS4-ECDSA-P256-SHA256 +Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/aws4_request"
)


@dataclass(frozen=True)
class Scope:
    """What the signature of a request says about it."""

    access_key_id: str
    region: str
    service: str


@dataclass(frozen=True)
class Route:
    """One of our services, the operation asked of it (empty where the body names it), and how it is written."""

    service: Service
    operation: str
    protocol: WireProtocol = JSON


class Router:
    """Finds the service for a request; what it does not find is MiniStack's."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._rest: Mapping[str, tuple[Service, RestService]] = {
            signing_name(one.name): (one, one) for one in services if isinstance(one, RestService)
        }
        others = [one for one in services if not isinstance(one, RestService)]
        self._by_name: Mapping[str, Any] = {one.name: one for one in services}
        self._by_target: Mapping[str | None, Service] = {target_prefix(one.name): one for one in others}
        self._by_signature: Mapping[str, Service] = {signing_name(one.name): one for one in others}

    def rest_route(
        self,
        signed: Scope | None,
        headers: Iterable[tuple[bytes, bytes]],
        method: str,
        path: str,
        query_string: str,
    ) -> Route | None:
        """Give the service and operation that method, path and query ask for, or None."""
        found = self._rest.get(signed.service) if signed is not None else None
        if found is None or any(name == _BEHIND_HEADER for name, _ in headers):
            return None
        service, rest = found
        operation = rest.asked(method, path, query_string)
        return None if operation is None else Route(service, operation, RestXml(path, query_string))

    def route(self, headers: Iterable[tuple[bytes, bytes]], path: str = "/") -> Route | None:
        """Give the service and operation that path and `headers` (names in lower case) ask for, or None for MiniStack.

        Raises `ApiError` for a request signed for one of our services that names no operation.
        """
        target, content_type, scope = b"", b"", None
        for name, value in headers:
            if name == _BEHIND_HEADER:
                return None
            if name == b"x-amz-target":
                target = value
            elif name == b"content-type":
                content_type = value
            elif name == b"authorization":
                scope = credential_scope(value)
        rpc = RPC_PATH.fullmatch(path)
        if target or rpc:
            route = self._of_rpc(*rpc.groups()) if rpc else self._of_target(target, content_type)
            return route if route is not None and route.service.handles(route.operation) else None
        if scope is not None and scope.service in self._by_signature:
            service = self._by_signature[scope.service]
            if content_type.startswith(_FORM) and "query" in protocols(service.name):
                return Route(service, "", QUERY)
            raise ApiError("UnknownOperationException", "The request has no x-amz-target header.")
        return None

    def inspector(self, service: str, operation: str) -> Inspector | None:
        """Return the service of ours that looks at an operation which MiniStack answers, or None."""
        found = self._by_name.get(service)
        return found if isinstance(found, Inspector) and found.inspects(operation) else None

    def completing(self, service: str) -> Completing | None:
        """Return the service of ours that completes MiniStack's answers for a service, or None."""
        found = self._by_name.get(service)
        return found if isinstance(found, Completing) else None

    def _of_rpc(self, prefix: str, operation: str) -> Route | None:
        service = self._by_target.get(prefix)
        if service is None or "smithy-rpc-v2-cbor" not in protocols(service.name):
            return None
        return Route(service, operation, CBOR)

    def _of_target(self, target: bytes, content_type: bytes) -> Route | None:
        prefix, _, operation = target.decode("latin-1").rpartition(".")
        service = self._by_target.get(prefix)
        if service is None:
            return None
        return Route(service, operation, json_protocol(service.name, content_type.decode("latin-1")))


def credential_scope(authorization: bytes, region_set: bytes = b"", default_region: str = "") -> Scope | None:
    """Read the credential scope of an `Authorization` header, or None if it has none (an unsigned call).

    An asymmetric signature (SigV4a) is for a set of Regions, in a header of its own: the first of them is meant, and
    `default_region` where it is for all.
    """
    match = _CREDENTIAL_SCOPE.search(authorization)
    if match is not None:
        key, region, service = (part.decode("latin-1") for part in match.groups())
        return Scope(key, region, service)
    asymmetric = _ASYMMETRIC_SCOPE.search(authorization)
    if asymmetric is None:
        return None
    key, service = (part.decode("latin-1") for part in asymmetric.groups())
    first = region_set.partition(b",")[0].strip().decode("latin-1")
    return Scope(key, default_region if "*" in first or not first else first, service)


def as_symmetric(headers: Iterable[tuple[bytes, bytes]], signed: Scope) -> list[tuple[bytes, bytes]]:
    """Return `headers` with a credential scope that names the Region, for a MiniStack that verifies nothing."""
    scope = f"{signed.access_key_id}/20000101/{signed.region}/{signed.service}/aws4_request"
    text = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    kept = [(name, value) for name, value in headers if name != b"authorization"]
    return [*kept, (b"authorization", text.encode("latin-1"))]
