"""Messages between the gateway and a worker: JSON objects, each behind its length, on one pair of sockets.

They are JSON and nothing else, so that a worker whose memory a statement has damaged cannot make the gateway run code.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
from typing import Any

from local_aws.athena.workers.errors import ChannelClosedError

_LENGTH = struct.Struct("!I")
_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_READ_BYTES = 256 * 1024
# The other side reads at once; one that does not is as good as gone.
_SEND_SECONDS = 10.0

Message = dict[str, Any]


class Channel:
    """One side of the conversation. Any thread may send, one at a time may receive."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(_SEND_SECONDS)
        self._connection = connection
        self._buffer = bytearray()
        self._sending = threading.Lock()
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)

    def send(self, message: Message) -> None:
        """Send one message; raises `ChannelClosedError` when nobody reads it."""
        data = json.dumps(message).encode()
        if len(data) > _MAX_MESSAGE_BYTES:
            raise ValueError(
                f"a message of {len(data)} bytes; a worker and the gateway exchange {_MAX_MESSAGE_BYTES} at most"
            )
        try:
            with self._sending:
                self._connection.sendall(_LENGTH.pack(len(data)) + data)
        except OSError as error:
            raise ChannelClosedError(f"the other side does not read: {error}") from error

    def receive(self, timeout_seconds: float | None) -> Message | None:
        """Return the next message, or None when none came in time.

        Raises `ChannelClosedError` when the other side has closed or sends what is no message.
        """
        while True:
            message = self._complete()
            if message is not None:
                return message
            wait = None if timeout_seconds is None else max(0, round(timeout_seconds * 1000))
            if not self._readable.poll(wait):
                return None
            try:
                data = self._connection.recv(_READ_BYTES)
            except OSError as error:
                raise ChannelClosedError(f"the connection broke: {error}") from error
            if not data:
                raise ChannelClosedError("the other side has closed")
            self._buffer += data

    def close(self) -> None:
        """Close this side; the other one sees its end."""
        self._connection.close()

    def _complete(self) -> Message | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > _MAX_MESSAGE_BYTES:
            raise ChannelClosedError(f"a message of {length} bytes was announced")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        data = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        try:
            message = json.loads(data)
        except ValueError as error:
            raise ChannelClosedError(f"a message is not JSON: {error}") from error
        if not isinstance(message, dict):
            raise ChannelClosedError("a message is not an object")
        return message
