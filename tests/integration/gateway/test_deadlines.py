"""What never comes whole is given up by the gateway, and nobody else waits for it."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

# The gateway's own limits: an idle body is given up after 30 seconds, a head or an idle connection after 75.
BODY_SECONDS, HEAD_SECONDS, SLACK_SECONDS = 30, 75, 45
SIGNED = (
    "authorization: AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/{}/aws4_request, "
    f"SignedHeaders=host, Signature={'0' * 64}\r\nx-amz-date: 20261121T000000Z\r\n"
)
KINESIS = (
    "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: Kinesis_20131202.ListStreams\r\n"
    "content-type: application/x-amz-json-1.1\r\n" + SIGNED.format("kinesis")
)
DYNAMODB = KINESIS.replace("Kinesis_20131202.ListStreams", "DynamoDB_20120810.ListTables").replace(
    "/kinesis/", "/dynamodb/"
)
S3 = "PUT /bucket/key HTTP/1.1\r\nhost: localhost\r\n" + SIGNED.format("s3")


def opened(instance: LocalAws, sent: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", instance.settings.port))
    connection.settimeout(HEAD_SECONDS + SLACK_SECONDS)
    connection.sendall(sent.encode())
    return connection


def ended(connection: socket.socket) -> tuple[bytes, float]:
    """Return what comes until the gateway closes the connection, and how long that took in seconds."""
    began, content = time.monotonic(), b""
    with connection:
        while chunk := connection.recv(65536):
            content += chunk
    return content, time.monotonic() - began


def health_status(instance: LocalAws) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", instance.settings.port, timeout=SLACK_SECONDS)
    connection.request("GET", "/_local_aws/health")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.slow
@pytest.mark.parametrize("head", [KINESIS, DYNAMODB, S3], ids=["ours", "MiniStack's", "an object"])
def test_a_body_that_stands_still(local_aws: LocalAws, head: str) -> None:
    connection = opened(local_aws, f"{head}content-length: 100\r\n\r\n{{")
    assert health_status(local_aws) == 200
    content, seconds = ended(connection)
    status = int(content.split()[1])
    assert status in (400, 408)
    assert b"RequestTimeout" in content
    assert BODY_SECONDS - 1 < seconds < BODY_SECONDS + SLACK_SECONDS


@pytest.mark.slow
def test_a_head_that_trickles(local_aws: LocalAws) -> None:
    """One header at a time keeps no connection open for longer than an idle one."""
    connection = opened(local_aws, "GET / HTTP/1.1\r\nhost: localhost\r\n")
    connection.settimeout(5)
    began, closed = time.monotonic(), False
    while not closed and time.monotonic() - began < HEAD_SECONDS + SLACK_SECONDS:
        try:
            connection.sendall(b"x-a: b\r\n")
            closed = connection.recv(65536) == b""
        except TimeoutError:
            continue
        except OSError:
            closed = True
    connection.close()
    assert closed
    assert health_status(local_aws) == 200
