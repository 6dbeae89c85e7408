"""Which operation of which service a request asks for, by the ways that botocore's models know.

The service is the one that the request is signed for. The operation stands in `x-amz-target` or in the form's `Action`,
or is the one whose method, path and fixed parts of the query are the request's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel, ServiceModel, StructureShape

from local_aws.gateway.routing import credential_scope
from tests.payloads.recorder import Sent

# What signatures call services that botocore's models have under another name. Two services can share a signature.
_SERVICES = {
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
# Operations of a model that are signed for another service: ListBuckets has the same method and path.
_SIGNED_FOR_OTHERS = {"s3": frozenset({"ListDirectoryBuckets"})}
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/x-amz-json-"
_PLACEHOLDER = re.compile(r"\{([^}+]+)(\+?)\}")
# The SDKs for Go name the operation in the query of some requests to S3 and to other services with REST APIs.
_NAMING = "x-id"


class UnidentifiedError(Exception):
    """A request that no model knows, or that more than one operation could mean."""


@dataclass(frozen=True)
class Identified:
    """An operation, and what its identification has read of the request already.

    `protocol` is how the request is written: json, query, rest-json or rest-xml. `labels` are the parts of the path
    that are parameters, `query` the query or the form, in order, without what names the operation.
    """

    service: str
    operation: OperationModel
    protocol: str
    labels: Mapping[str, str]
    query: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation.name}"


@cache
def model(service: str) -> ServiceModel:
    """Load a model by botocore's name of the service."""
    found: ServiceModel = botocore.session.get_session().get_service_model(service)
    return found


def identify(sent: Sent) -> Identified:
    """Give the operation of a request; raises `UnidentifiedError`."""
    scope = credential_scope(sent.headers.get("authorization", "").encode("latin-1"))
    if scope is None:
        raise UnidentifiedError(f"{sent} is not signed")
    services = _SERVICES.get(scope.service, (scope.service,))
    target = sent.headers.get("x-amz-target")
    content_type = sent.headers.get("content-type", "")
    if target is not None:
        return _of_target(sent, services[0], target, content_type)
    if content_type.startswith(_FORM):
        return _of_form(sent, services[0])
    return _of_path(sent, services)


def _of_target(sent: Sent, service: str, target: str, content_type: str) -> Identified:
    known, (prefix, _, name) = model(service), target.partition(".")
    if prefix != known.metadata.get("targetPrefix") or name not in known.operation_names:
        raise UnidentifiedError(f"{sent}: {service} has no target {target}")
    version = known.metadata["jsonVersion"]
    if content_type.partition(";")[0] != f"{_JSON}{version}":
        raise UnidentifiedError(
            f"{sent}: {target} is sent as {content_type!r}, {service} takes {_JSON}{version}"
        )
    return Identified(service, known.operation_model(name), "json", {}, ())


def _of_form(sent: Sent, service: str) -> Identified:
    known = model(service)
    fields = parse_qsl(sent.body.decode("utf-8"), keep_blank_values=True)
    # Repeated fields stay as they are, for the decoder to report.
    naming = {name: value for name, value in fields if name in ("Action", "Version")}
    name = naming.get("Action", "")
    if name not in known.operation_names or naming.get("Version") != known.api_version:
        raise UnidentifiedError(f"{sent}: {service} {known.api_version} has no form with {naming}")
    rest = tuple((key, value) for key, value in fields if key not in naming)
    return Identified(service, known.operation_model(name), "query", {}, rest)


def _of_path(sent: Sent, services: tuple[str, ...]) -> Identified:
    query = parse_qsl(urlsplit(sent.target).query, keep_blank_values=True)
    given = {name for name, _ in query}
    naming = dict(query).get(_NAMING)
    ranked: list[tuple[tuple[int, ...], Identified]] = []
    for service in services:
        for template in _templates(service):
            labels = template.labels(sent, query)
            if labels is None or (naming is not None and naming != template.operation.name):
                continue
            rest = tuple(pair for pair in query if pair not in template.fixed and pair[0] != _NAMING)
            found = Identified(service, template.operation, template.protocol, labels, rest)
            ranked.append((template.rank(sent, given), found))
    if not ranked:
        raise UnidentifiedError(f"{sent}: no operation of {' or '.join(services)} has this method and path")
    ranked.sort(key=lambda one: one[0], reverse=True)
    best = [found for rank, found in ranked if rank == ranked[0][0]]
    if len(best) > 1:
        raise UnidentifiedError(f"{sent} could be {' or '.join(found.name for found in best)}")
    return best[0]


@dataclass(frozen=True)
class _Template:
    """Method, path and fixed parts of the query of one operation with a REST API."""

    operation: OperationModel
    protocol: str
    path: re.Pattern[str]
    names: tuple[str, ...]
    literal_length: int
    fixed: tuple[tuple[str, str], ...]
    needed_query: frozenset[str]
    needed_headers: frozenset[str]

    def labels(self, sent: Sent, query: list[tuple[str, str]]) -> dict[str, str] | None:
        """Give the parameters in the path, None for a request that is not this operation's."""
        if sent.method != self.operation.http["method"] or any(pair not in query for pair in self.fixed):
            return None
        match = self.path.fullmatch(urlsplit(sent.target).path)
        return None if match is None else dict(zip(self.names, map(unquote, match.groups()), strict=True))

    def rank(self, sent: Sent, given: set[str]) -> tuple[int, ...]:
        """Order the operations that a request could be: what fits more of it comes first.

        Fixed parts of the query tell most: `?metrics` is never a bucket. Then one with all that it must have in query
        and headers is meant before one that lacks some of it.
        """
        complete = self.needed_query <= given and self.needed_headers <= sent.headers.keys()
        needed = len(self.needed_query) + len(self.needed_headers)
        current = not self.operation.deprecated
        return len(self.fixed), complete, needed if complete else -needed, self.literal_length, current


@lru_cache(maxsize=32)
def _templates(service: str) -> tuple[_Template, ...]:
    return tuple(_read_templates(model(service)))


def _read_templates(known: ServiceModel) -> Iterator[_Template]:
    others = _SIGNED_FOR_OTHERS.get(known.service_name, frozenset())
    for name in sorted(set(known.operation_names) - others):
        operation = known.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        shape: Any = operation.input_shape
        members = shape.members if isinstance(shape, StructureShape) else {}
        needed: dict[str, set[str]] = {"querystring": set(), "header": set()}
        for member_name in shape.required_members if members else ():
            place = members[member_name].serialization
            if place.get("location") in needed:
                needed[place["location"]].add(place.get("name", member_name))
        stripped = path.rstrip("/") if len(path) > 1 else path
        yield _Template(
            operation=operation,
            protocol=str(known.metadata["protocol"]),
            path=re.compile(_expression(stripped)),
            names=tuple(match[1] for match in _PLACEHOLDER.finditer(stripped)),
            literal_length=len(_PLACEHOLDER.sub("", stripped)),
            fixed=tuple(parse_qsl(query, keep_blank_values=True)),
            needed_query=frozenset(needed["querystring"]),
            needed_headers=frozenset(header.lower() for header in needed["header"]),
        )


def _expression(path: str) -> str:
    """Turn `/{Bucket}/{Key+}` into a regular expression; a slash at the end makes no difference."""
    parts, last = [], 0
    for match in _PLACEHOLDER.finditer(path):
        parts.append(re.escape(path[last : match.start()]))
        parts.append("(.+)" if match[2] else "([^/]+)")
        last = match.end()
    parts.append(re.escape(path[last:]))
    return "".join(parts) + "/?"
