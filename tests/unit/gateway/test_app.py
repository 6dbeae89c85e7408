"""The ASGI application with a small service and a recording application behind it."""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.config import Settings
from local_aws.gateway.app import GatewayApp
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping

    from local_aws.gateway.observing import Exchange, Head
    from local_aws.gateway.service import ApiRequest

    Message = MutableMapping[str, Any]

_SIGNED = b"AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/firehose/aws4_request, Signature=abc"


class Echo:
    """Answers PutRecord by what it was told in the delivery stream's name."""

    name = "firehose"

    def __init__(self) -> None:
        self.requests: list[ApiRequest] = []
        self.threads: set[str] = set()

    def handles(self, operation: str) -> bool:
        return operation != "ListDeliveryStreams"

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        self.requests.append(request)
        self.threads.add(threading.current_thread().name)
        if request.parameters["DeliveryStreamName"] == "refuse":
            raise ApiError("InvalidArgumentException", "no")
        if request.parameters["DeliveryStreamName"] == "break":
            raise RuntimeError("a mistake")
        if request.parameters["DeliveryStreamName"] == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        return {"RecordId": request.parameters["Record"]["Data"].decode(), "Encrypted": False}

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Behind:
    """Takes the place of MiniStack and remembers what reached it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.kinds: list[str] = []

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.kinds.append(scope["type"])
        if scope["type"] != "http":
            return
        message = await receive()
        self.bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"behind"})


class Client:
    """Speaks ASGI to the application."""

    def __init__(self, service: Echo | None = None) -> None:
        self.service = service or Echo()
        self.behind = Behind()
        self.app = GatewayApp(Settings(), [self.service], self.behind, lambda: {"status": "ok"})

    def call(
        self, headers: list[tuple[bytes, bytes]], *chunks: bytes, path: str = "/"
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[Message] = []
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
            for index, chunk in enumerate(chunks)
        ]

        async def receive() -> Message:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        asyncio.run(self._run(scope, receive, send))
        if not sent:
            return 0, {}, b""
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]

    async def _run(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.app.close()


def target(operation: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-amz-target", f"Firehose_20150804.{operation}".encode()), (b"authorization", _SIGNED)]


def test_a_request_of_ours_is_decoded_and_answered_in_a_thread_of_its_service(client: Client) -> None:
    body = json.dumps({"DeliveryStreamName": "a", "Record": {"Data": "YWJj"}}).encode()
    status, headers, content = client.call(target("PutRecord"), body[:10], body[10:])
    assert (status, json.loads(content)) == (200, {"RecordId": "abc", "Encrypted": False})
    assert headers[b"content-type"] == b"application/x-amz-json-1.1"
    assert int(headers[b"content-length"]) == len(content)
    assert len(headers[b"x-amzn-requestid"]) == 36
    assert headers[b"date"].endswith(b"GMT")
    request = client.service.requests[0]
    assert (request.service, request.operation) == ("firehose", "PutRecord")
    assert (request.region, request.account_id, request.access_key_id) == (
        "eu-west-1",
        "000000000000",
        "test",
    )
    assert all(name.startswith("api-firehose") for name in client.service.threads)


def test_an_error_of_the_service(client: Client) -> None:
    body = b'{"DeliveryStreamName": "refuse", "Record": {"Data": ""}}'
    status, _, content = client.call(target("PutRecord"), body)
    assert (status, json.loads(content)) == (400, {"__type": "InvalidArgumentException", "message": "no"})


def test_a_mistake_of_ours_is_an_internal_failure_that_tells_nothing_of_the_inside(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"DeliveryStreamName": "break", "Record": {"Data": ""}}'
    status, _, content = client.call(target("PutRecord"), body)
    assert status == 500
    assert json.loads(content)["__type"] == "InternalFailure"
    assert b"a mistake" not in content
    assert "a mistake" in caplog.text


def test_what_the_disk_does_not_take_is_tried_again(client: Client) -> None:
    body = b'{"DeliveryStreamName": "full", "Record": {"Data": ""}}'
    status, _, content = client.call(target("PutRecord"), body)
    assert status == 503
    assert json.loads(content)["__type"] == "ServiceUnavailableException"
    assert b"No space left on device" in content


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("PutRecord", b"{", "SerializationException"),
        ("PutRecord", b"", "SerializationException"),
        ("PutRecord", b"{}", "ValidationException"),
        ("PutRecord", b'{"DeliveryStreamName": 1}', "SerializationException"),
        ("Nothing", b"{}", "UnknownOperationException"),
    ],
)
def test_requests_that_never_reach_the_service(
    client: Client, operation: str, body: bytes, code: str
) -> None:
    status, _, content = client.call(target(operation), body)
    assert (status, json.loads(content)["__type"]) == (400, code)
    assert client.service.requests == []


def test_a_request_signed_for_us_without_an_operation(client: Client) -> None:
    status, _, content = client.call([(b"authorization", _SIGNED)], b"{}")
    assert (status, json.loads(content)["__type"]) == (400, "UnknownOperationException")


def test_what_the_service_does_not_answer_goes_behind_with_its_body_untouched(client: Client) -> None:
    status, _, content = client.call(target("ListDeliveryStreams"), b'{"Limit": 1}')
    assert (status, content) == (299, b"behind")
    assert client.behind.bodies == [b'{"Limit": 1}']


class Watchful(Echo):
    """Looks at requests of one operation before they go behind."""

    def inspects(self, operation: str) -> bool:
        return operation == "ListDeliveryStreams"

    def inspect(self, request: ApiRequest) -> None:
        if request.parameters.get("Limit") == 7:
            raise ApiError("InvalidArgumentException", f"looked at in {request.region}")


@pytest.fixture
def watched() -> Iterator[Client]:
    made = Client(Watchful())
    yield made
    made.app.close()


def test_what_a_service_looks_at_first_is_refused_or_goes_behind_whole(watched: Client) -> None:
    headers = target("ListDeliveryStreams")
    status, _, content = watched.call(headers, b'{"Limit"', b": 6}")
    assert (status, content) == (299, b"behind")
    assert watched.behind.bodies == [b'{"Limit": 6}']
    status, _, content = watched.call(headers, b'{"Limit"', b": 7}")
    assert (status, json.loads(content)["message"]) == (400, "looked at in eu-west-1")
    assert watched.call(headers)[0] == 0
    assert len(watched.behind.bodies) == 1


def test_other_connection_kinds_go_behind(client: Client) -> None:
    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    asyncio.run(client._run({"type": "lifespan"}, receive, send))
    assert client.behind.kinds == ["lifespan"]


def test_a_caller_that_goes_away_gets_nothing_and_breaks_nothing(client: Client) -> None:
    assert client.call(target("PutRecord"))[0] == 0
    assert client.service.requests == []


def test_a_body_that_is_too_large(client: Client) -> None:
    status, _, content = client.call(target("PutRecord"), *[b"x" * (1 << 20)] * 17)
    assert status == 413
    assert json.loads(content)["__type"] == "RequestEntityTooLargeException"


def test_our_own_paths(client: Client) -> None:
    status, headers, content = client.call([], b"", path="/_local_aws/health")
    assert (status, json.loads(content)) == (200, {"status": "ok"})
    assert headers[b"content-type"] == b"application/json"
    assert client.call([], b"", path="/_local_aws/other")[0] == 404


def test_a_packed_body_is_unpacked(client: Client) -> None:
    body = json.dumps({"DeliveryStreamName": "a", "Record": {"Data": "YWJj"}}).encode()
    packed = [*target("PutRecord"), (b"content-encoding", b"gzip")]
    status, _, content = client.call(packed, gzip.compress(body))
    assert (status, json.loads(content)["RecordId"]) == (200, "abc")


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        (b"gzip", b"no gzip", 400),
        (b"gzip", gzip.compress(b"{}")[:-9], 413),
        (b"gzip", gzip.compress(bytes(17 << 20)), 413),
        (b"br", b"{}", 400),
    ],
)
def test_a_packed_body_that_cannot_be_unpacked(
    client: Client, encoding: bytes, body: bytes, status: int
) -> None:
    assert client.call([*target("PutRecord"), (b"content-encoding", encoding)], body)[0] == status
    assert client.service.requests == []


class Onlooker(Echo):
    """Counts puts to S3, by headers alone or with what they hold."""

    def __init__(self, *, bodies: bool = False) -> None:
        super().__init__()
        self.bodies = bodies
        self.seen: list[Exchange] = []

    def observes(self, head: Head) -> bool:
        return (head.service, head.method) == ("s3", "POST")

    def wants_bodies(self, head: Head) -> bool:
        del head
        return self.bodies

    def observed(self, exchange: Exchange) -> None:
        self.seen.append(exchange)
        if exchange.head.path == "/break":
            raise RuntimeError("a mistake")


@pytest.mark.parametrize("bodies", [False, True])
def test_an_onlooker_sees_what_passes_and_changes_nothing(*, bodies: bool) -> None:
    onlooker = Onlooker(bodies=bodies)
    made = Client(onlooker)
    signed = [(b"authorization", _SIGNED.replace(b"firehose", b"s3")), (b"x-custom", b"1")]
    for path in ("/break", "/bucket/key"):
        assert made.call(signed, b"content", path=path)[::2] == (299, b"behind")
    made.call(target("ListDeliveryStreams"), b"{}")
    made.call([*signed, (b"x-local-aws-behind", b"1")], b"content")
    made.app.close()
    assert made.behind.bodies == [b"content", b"content", b"{}", b"content"]
    assert [one.head.path for one in onlooker.seen] == ["/break", "/bucket/key"]
    last = onlooker.seen[-1]
    assert (last.status, last.head.headers["x-custom"]) == (299, "1")
    assert (last.request, last.answer) == ((b"content", b"behind") if bodies else (None, None))
