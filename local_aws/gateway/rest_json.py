"""The rest-json protocol, as far as a request is read and refused: parameters in path, query, headers and body."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import orjson
from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.decoding import decode, serialization_error
from local_aws.gateway.protocols import Answer, parsed_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape

    from local_aws.gateway.apis import RestMatch
    from local_aws.gateway.service import ApiError

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class RestJson:
    """One request's way to be read and refused; `headers` have names in lower case."""

    match: RestMatch
    query_string: str
    headers: Mapping[str, str]

    @property
    def reads_body(self) -> bool:
        """Whether the body has parameters; otherwise it is a payload of the caller's own, or there is none."""
        shape = self.match.model.input_shape
        if not isinstance(shape, StructureShape):
            return False
        payload = shape.serialization.get("payload")
        if payload:
            return isinstance(shape.members[payload], StructureShape)
        return any("location" not in member.serialization for member in shape.members.values())

    def parameters(self, model: OperationModel, body: bytes) -> dict[str, Any]:
        """Return the parameters, by the model's types, not yet checked. Raises `ApiError`."""
        shape = model.input_shape
        if not isinstance(shape, StructureShape):
            return {}
        found = self._beside_the_body(shape)
        if not self.reads_body:
            payload = shape.serialization.get("payload")
            return {**found, payload: body} if payload else found
        content = parsed_json(body) if body.strip() else {}
        payload = shape.serialization.get("payload")
        if payload:
            return {**found, payload: decode(shape.members[payload], content)} if body.strip() else found
        if not isinstance(content, dict):
            raise serialization_error("The request's body is not a JSON object")
        for name, member in shape.members.items():
            key = member.serialization.get("name", name)
            if "location" not in member.serialization and content.get(key) is not None:
                found[name] = decode(member, content[key])
        return found

    def error(self, service: str | None, error: ApiError) -> Answer:
        """Write an error."""
        del service
        content = orjson.dumps({"__type": error.code, "message": error.message, **error.extra})
        headers = (
            ("x-amzn-requestid", str(uuid.uuid4())),
            ("x-amzn-errortype", error.code),
            ("content-type", "application/json"),
            ("content-length", str(len(content))),
        )
        return Answer(error.status, headers, content)

    def _beside_the_body(self, shape: StructureShape) -> dict[str, Any]:
        query = self._query()
        found: dict[str, Any] = {}
        for name, member in shape.members.items():
            place, key = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri" and key in self.match.labels:
                found[name] = _value(member, _unquoted(self.match.labels[key]))
            elif place == "querystring" and key in query:
                found[name] = (
                    [_value(member.member, one) for one in query[key]]
                    if isinstance(member, ListShape)
                    else _value(member, query[key][-1])
                )
            elif place == "header" and key.lower() in self.headers:
                text = self.headers[key.lower()]
                if not isinstance(member, ListShape | MapShape):
                    found[name] = _value(member, text)
        return found

    def _query(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        try:
            for key, value in parse_qsl(self.query_string, keep_blank_values=True, errors="strict"):
                found.setdefault(key, []).append(value)
        except ValueError as error:
            raise serialization_error(f"The request's query string cannot be read: {error}") from error
        return found


def _unquoted(label: str) -> str:
    try:
        return unquote(label, errors="strict")
    except UnicodeDecodeError as error:
        raise serialization_error("The request's path is not UTF-8") from error


def _value(shape: Shape, text: str) -> Any:
    try:
        if shape.type_name == "boolean":
            return _BOOLEANS[text.lower()]
        if shape.type_name in ("integer", "long", "short", "float", "double"):
            return decode(shape, float(text) if "." in text else int(text))
        if shape.type_name == "timestamp":
            return _epoch_seconds(text)
        if shape.metadata.get("jsonvalue"):
            return json.loads(text)
    except (KeyError, ValueError, OverflowError) as error:
        raise serialization_error(f"{text!r:.80} can not be converted to {shape.type_name}") from error
    return text


def _epoch_seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text).timestamp()
