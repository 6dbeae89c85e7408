from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from producer.counts import Counts, Tally
from producer.kinesis import KinesisTransport, client_config
from producer.records import Records
from producer.retry import RetryPolicy
from producer.sender import Sender
from tests.unit.producer.kinesis_server import KinesisServer

QUICK = RetryPolicy(
    attempts=12,
    seconds=20,
    first_pause_seconds=0.001,
    longest_pause_seconds=0.01,
    first_contact_seconds=10.0,
)


@dataclass
class Kept:
    """Stands where the file of undelivered records does."""

    payloads: list[bytes] = field(default_factory=list)

    def keep(self, records: Records) -> None:
        self.payloads += records.payloads


@dataclass
class Sent:
    """The end of one sending."""

    counts: Counts
    kept: list[bytes]
    error: Exception | None


SendAll = Callable[..., Sent]


def client(endpoint: str, connections: int = 4, read_timeout_seconds: float | None = None) -> Any:
    from botocore.config import Config

    config = client_config(connections)
    if read_timeout_seconds is not None:
        config = config.merge(Config(read_timeout=read_timeout_seconds))
    return boto3.client(
        "kinesis",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def made(count: int, start: int = 0) -> Records:
    """Records whose payloads are all different."""
    numbers = range(start, start + count)
    return Records([f"key-{n}" for n in numbers], [b'{"n":%d}\n' % n for n in numbers])


@pytest.fixture
def send_all() -> SendAll:
    """Send requests to a server with real boto3 and return what became of the records."""

    def send(
        server: KinesisServer | str,
        *requests: Records,
        connections: int = 1,
        policy: RetryPolicy = QUICK,
        read_timeout_seconds: float | None = None,
    ) -> Sent:
        endpoint = server if isinstance(server, str) else server.endpoint
        transport = KinesisTransport(client(endpoint, connections, read_timeout_seconds), "stream")
        kept, tally = Kept(), Tally()
        sender = Sender(transport, kept, tally, connections, policy)
        sender.start()
        for request in requests:
            tally.add(generated=len(request))
            sender.submit(request)
        sender.finish()
        return Sent(tally.now(), kept.payloads, sender.error)

    return send
