"""Kinesis in CBOR for a MiniStack that reads its instants otherwise: passed on as JSON, answered in CBOR.

Java's clients (KCL, Kinesis Agent, Flink, Spark) write `application/x-amz-cbor-1.1`: instants as milliseconds, blobs
as bytes, in answers and errors too (Kinesis reference 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from local_aws.gateway import cbor
from local_aws.gateway.decoding import decode, serialization_error
from local_aws.gateway.encoding import EncodingError, amz_cbor_leaf, encode
from local_aws.gateway.models import json_version
from local_aws.gateway.protocols import AMZ_CBOR, AMZ_CBOR_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

    from local_aws.gateway.asgi import Message, Send
    from local_aws.gateway.checking import Reader

_FIRST_ERROR_STATUS = 300


@dataclass(frozen=True)
class Translation:
    """A request's body in JSON, and how the answer is written back."""

    model: OperationModel
    body: bytes
    content_type: str

    def answering(self, send: Send) -> Send:
        """Return a `send` for answers in JSON that passes them on in CBOR."""
        started: Message = {}
        chunks: list[bytes] = []

        async def translated(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message
                return
            chunks.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            body = self._in_cbor(started["status"], b"".join(chunks))
            told = {b"content-type": AMZ_CBOR_TYPE.encode(), b"content-length": str(len(body)).encode()}
            kept = [(name, value) for name, value in started["headers"] if name.lower() not in told]
            await send({**started, "headers": [*kept, *told.items()]})
            await send({**message, "body": body})

        return translated

    def _in_cbor(self, status: int, body: bytes) -> bytes:
        shape = self.model.output_shape
        if not body:
            return body
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            # It is in CBOR already: an error that was written in the request's own protocol.
            return body
        if status >= _FIRST_ERROR_STATUS or shape is None:
            return cbor.dumps(content)
        return cbor.dumps(encode(shape, decode(shape, content), leaf=amz_cbor_leaf))


def translation(reader: Reader, model: OperationModel, parameters: Mapping[str, Any]) -> Translation | None:
    """Return how a request in CBOR is passed on; None for one in another form, and for streams of events."""
    if reader is not AMZ_CBOR or model.has_event_stream_output or model.input_shape is None:
        return None
    try:
        body = orjson.dumps(encode(model.input_shape, parameters))
    except (EncodingError, orjson.JSONEncodeError) as error:
        raise serialization_error(f"The request's body cannot be passed on: {error}") from error
    version = json_version(model.service_model.service_name)
    return Translation(model, body, f"application/x-amz-json-{version}")
