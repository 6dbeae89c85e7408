"""Requests of every protocol, made from API models, whole or broken on their way."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import cbor2
from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway import apis
from local_aws.gateway.models import service_model
from tests.fuzz.values import hostile, value_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from botocore.model import OperationModel

REGION = "us-east-1"
_MIB = 1024 * 1024
# What would stop the server, or reach for something outside of it, is not what is tried here.
# GetActivityTask waits for a minute when there is nothing to do, as AWS's does.
_LEFT_OUT = frozenset({"GetActivityTask", "InvokeWithResponseStream", "StartLiveTail", "SubscribeToShard"})
_XML = '<?xml version="1.0"?><a xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><b>c</b></a>'
_ENTITIES = "<!DOCTYPE a [<!ENTITY b '&b;'>]><a>&b;</a>"
_BROKEN_XML = ("<", "<a>", "<a></b>", "\x00", _XML + "x", _ENTITIES, "{}", "<a>\ud800</a>")
_TYPES = (
    *("text/plain", "application/json", "application/xml", "multipart/form-data", "", "x"),
    "application/x-www-form-urlencoded",
)
_HEADERS = (
    *("x-amz-target", "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-decoded-content-length"),
    *("range", "if-match", "expect", "x-amz-acl", "x-amz-meta-a"),
)
_PATHS = (
    *("//", "/%00", "/%ff", "/%ed%a0%80", "/../..", "/" + "a" * 2000, "/a/" + "b" * 1100),
    *("/?%ff=%ff", "/?a=%00", "/;", "/%2e%2e/x"),
)


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire, without the signature's truth: nobody verifies it."""

    service: str
    operation: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def services() -> tuple[str, ...]:
    """Return botocore's names of all services that are tried."""
    shared = (apis.QUERY_SERVICES, apis.REST_JSON_SERVICES, apis.REST_XML_SERVICES)
    named = {one for table in shared for group in table.values() for one in group}
    return tuple(sorted({*apis.JSON_TARGETS.values(), *named, "s3"}))


def request(service: str, random: random.Random) -> Request:
    """Return a request to a service: half of them are right as far as the model says, half are not."""
    model = service_model(service)
    operation = model.operation_model(random.choice(operations(service)))
    fault_rate = random.choice((0.0, 0.0, 0.05, 0.2))
    shape = operation.input_shape
    parameters = {} if shape is None else value_of(shape, random, fault_rate)
    made = _PROTOCOLS[_protocol(service, random)](operation, parameters, random)
    return _broken(made, random) if random.random() < 0.5 else made


def plain_request(service: str, operation: str, random: random.Random) -> Request:
    """Return a right request for an operation that needs no parameter."""
    model = service_model(service).operation_model(operation)
    return _PROTOCOLS[_protocol(service, random)](model, {}, random)


def least_request(service: str, operation: str, random: random.Random) -> Request:
    """Return a request that has what its operation requires, and nothing else."""
    model = service_model(service).operation_model(operation)
    shape = model.input_shape
    parameters = {} if shape is None else value_of(shape, random, 0.0, only_required=True)
    return _PROTOCOLS[_protocol(service, random)](model, parameters, random)


def operations(service: str) -> list[str]:
    """Return the operations of a service that are tried."""
    return [one for one in service_model(service).operation_names if one not in _LEFT_OUT]


def _protocol(service: str, random: random.Random) -> str:
    told = service_model(service).metadata
    known = [one for one in told.get("protocols") or [told["protocol"]] if one in _PROTOCOLS]
    if service == "kinesis" and random.random() < 0.3:
        return "amz-cbor"
    return str(random.choice(known))


def _signed(operation: OperationModel) -> tuple[str, str]:
    name = str(operation.service_model.signing_name)
    scope = f"test/20261121/{REGION}/{name}/aws4_request"
    return ("authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00")


def _json_text(value: Any) -> bytes:
    return json.dumps(value, default=str).encode("utf-8", "surrogatepass")


def _json(operation: OperationModel, parameters: Any, random: random.Random) -> Request:
    told = operation.service_model.metadata
    headers = (
        _signed(operation),
        ("x-amz-target", f"{told['targetPrefix']}.{operation.name}"),
        ("content-type", f"application/x-amz-json-{told['jsonVersion']}"),
    )
    del random
    return Request(*_names(operation), "POST", "/", headers, _json_text(parameters))


def _amz_cbor(operation: OperationModel, parameters: Any, random: random.Random) -> Request:
    made = _json(operation, parameters, random)
    headers = (*made.headers[:2], ("content-type", "application/x-amz-cbor-1.1"))
    return replace(made, headers=headers, body=_cbor(parameters))


def _rpc_cbor(operation: OperationModel, parameters: Any, random: random.Random) -> Request:
    del random
    prefix = operation.service_model.metadata["targetPrefix"]
    headers = (_signed(operation), ("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"))
    path = f"/service/{prefix}/operation/{operation.name}"
    return Request(*_names(operation), "POST", path, headers, _cbor(parameters))


def _cbor(parameters: Any) -> bytes:
    try:
        return cbor2.dumps(parameters)
    except (cbor2.CBORError, UnicodeError):
        return cbor2.dumps({"a": 1}) + b"\xff"


def _query(operation: OperationModel, parameters: Any, random: random.Random) -> Request:
    del random
    fields = {"Action": operation.name, "Version": str(operation.service_model.api_version)}
    fields.update(_flat(parameters, ""))
    headers = (_signed(operation), ("content-type", "application/x-www-form-urlencoded"))
    body = urlencode(fields, errors="surrogatepass").encode()
    return Request(*_names(operation), "POST", "/", headers, body)


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _flat(item, f"{path}.member.{number}")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _rest(operation: OperationModel, parameters: Any, random: random.Random) -> Request:
    shape, http = operation.input_shape, operation.http
    given = parameters if isinstance(parameters, dict) else {}
    path = str(http["requestUri"])
    headers: list[tuple[str, str]] = [_signed(operation)]
    query: list[tuple[str, str]] = []
    inside: dict[str, Any] = {}
    members = shape.members if isinstance(shape, StructureShape) else {}
    for name, member in members.items():
        place, key = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri":
            label = _quoted(given.get(name) if given.get(name) not in (None, "") else "fuzz")
            path = path.replace(f"{{{key}+}}", label).replace(f"{{{key}}}", label)
        elif name not in given:
            continue
        elif place == "querystring":
            query.append((key, _text(given[name])))
        elif place == "header" and not isinstance(member, ListShape | MapShape):
            headers.append((key, _header_text(given[name])))
        elif place is None:
            inside[key] = given[name]
    if query:
        path += ("&" if "?" in path else "?") + urlencode(query, errors="surrogatepass")
    body = _rest_body(operation, inside, random)
    return Request(*_names(operation), str(http["method"]), path, tuple(headers), body)


def _rest_body(operation: OperationModel, inside: dict[str, Any], random: random.Random) -> bytes:
    if operation.http["method"] in ("GET", "HEAD", "DELETE"):
        return b""
    if operation.service_model.metadata["protocol"] == "rest-xml":
        return random.choice((_XML, *_BROKEN_XML)).encode("utf-8", "surrogatepass")
    payload = (
        operation.input_shape.serialization.get("payload") if operation.input_shape is not None else None
    )
    return _json_text(inside.get(payload, inside) if payload else inside)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _quoted(value: Any) -> str:
    return quote(_text(value)[:500], safe="", errors="surrogatepass")


def _header_text(value: Any) -> str:
    return "".join(one for one in _text(value)[:500] if " " <= one < "\x7f") or "x"


def _names(operation: OperationModel) -> tuple[str, str]:
    return str(operation.service_model.service_name), str(operation.name)


_PROTOCOLS: dict[str, Callable[[OperationModel, Any, random.Random], Request]] = {
    "amz-cbor": _amz_cbor,
    "ec2": _query,
    "json": _json,
    "query": _query,
    "rest-json": _rest,
    "rest-xml": _rest,
    "smithy-rpc-v2-cbor": _rpc_cbor,
}


def _broken(made: Request, random: random.Random) -> Request:
    """Return a request with something wrong with its bytes, headers or path."""
    return random.choice(_FAULTS)(made, random)


def _truncated(made: Request, random: random.Random) -> Request:
    return replace(made, body=made.body[: random.randrange(len(made.body) + 1)])


def _with_noise(made: Request, random: random.Random) -> Request:
    body = bytearray(made.body or b"{}")
    for _ in range(random.choice((1, 2, 8))):
        body[random.randrange(len(body))] = random.randrange(256)
    return replace(made, body=bytes(body))


def _other_body(made: Request, random: random.Random) -> Request:
    bodies = (
        *(
            b"",
            b"null",
            b"[]",
            b"1",
            b'"x"',
            b"{}",
            b"{",
            b"\xff\xfe",
            b"\x00" * 100,
            b"\xef\xbb\xbf{}",
            b"NaN",
        ),
        *(
            b"[" * 5000,
            b'{"a":' * 3000,
            b'{"a": 1e999}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b'{"a":1,"a":2}',
            b"{} {}",
        ),
        *(
            b'{"a": "\\ud800"}',
            b"a" * 100_000,
            b"x=1&x=2",
            b"%zz",
            b"Action=",
            b"&&&=",
            b"\x1f\x8b",
            random.randbytes(200),
        ),
    )
    return replace(made, body=random.choice(bodies))


def _other_type(made: Request, random: random.Random) -> Request:
    kept = tuple(one for one in made.headers if one[0] != "content-type")
    return replace(made, headers=(*kept, ("content-type", random.choice(_TYPES))))


def _packed(made: Request, random: random.Random) -> Request:
    encoding, body = random.choice(
        (
            ("gzip", gzip.compress(made.body)),
            ("gzip", gzip.compress(gzip.compress(b"\0" * (40 * _MIB), 1), 1)),
            ("gzip", gzip.compress(b" " * (20 * _MIB), 1)),
            ("gzip", made.body),
            ("deflate", zlib.compress(made.body)),
            ("zstd", made.body),
            ("gzip, gzip", gzip.compress(gzip.compress(made.body))),
            ("aws-chunked", made.body),
        )
    )
    return replace(made, headers=(*made.headers, ("content-encoding", encoding)), body=body)


def _other_header(made: Request, random: random.Random) -> Request:
    name = random.choice(_HEADERS)
    kept = tuple(one for one in made.headers if one[0] != name or random.random() < 0.5)
    return replace(made, headers=(*kept, (name, _header_text(hostile(random)))))


def _other_path(made: Request, random: random.Random) -> Request:
    return replace(made, path=random.choice(_PATHS))


def _other_method(made: Request, random: random.Random) -> Request:
    return replace(
        made, method=random.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE"))
    )


_FAULTS = (
    _truncated,
    _with_noise,
    _other_body,
    _other_type,
    _packed,
    _other_header,
    _other_path,
    _other_method,
)
