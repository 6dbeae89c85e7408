"""A Kinesis that keeps nothing: acknowledges every record as fast as it can read the request.

It counts the entries of a request instead of decoding them, and answers from prepared texts, so that what is measured
is the sender.
"""

from __future__ import annotations

import asyncio
from functools import cache
from multiprocessing.connection import Connection

_SEQUENCE_NUMBER = 49590338271490256608559692538361571095921575 << 40
_ENTRY = b'{"SequenceNumber":"%d","ShardId":"shardId-000000000000"}' % _SEQUENCE_NUMBER
_KEY_FIELD = b'"PartitionKey"'


def serve(ready: Connection) -> None:
    """Serve on a free port of this machine until the process ends; the port is sent through ``ready``."""
    asyncio.run(_serve(ready))


async def _serve(ready: Connection) -> None:
    server = await asyncio.start_server(_connection, "127.0.0.1", 0, limit=16 * 1024 * 1024)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            body = await reader.readexactly(_content_length(head))
            writer.write(_answer(body.count(_KEY_FIELD), b".putrecords" in head))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _content_length(head: bytes) -> int:
    start = head.index(b"content-length:") + len(b"content-length:")
    return int(head[start : head.index(b"\r\n", start)])


@cache
def _answer(records: int, batch: bool) -> bytes:
    body = (
        _ENTRY if not batch else b'{"FailedRecordCount":0,"Records":[' + b",".join([_ENTRY] * records) + b"]}"
    )
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
