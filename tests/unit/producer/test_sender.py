from __future__ import annotations

import random
import socket

import pytest

from producer.errors import FinalError, UndeliveredFileError
from producer.records import Records
from producer.retry import RetryPolicy
from producer.sender import Sender
from tests.unit.producer.conftest import QUICK, Kept, SendAll, made
from tests.unit.producer.kinesis_server import THROTTLED, Fault, Plan, kinesis_server


def first(count: int, fault: Fault) -> Plan:
    """Let the first calls go wrong."""
    return lambda call: fault if call < count else None


def test_every_record_arrives_once_with_its_key(send_all: SendAll) -> None:
    with kinesis_server() as server:
        sent = send_all(server, made(500), made(500, 500), made(7, 1000), connections=3)
    assert sorted(server.stored) == sorted(made(1007).payloads)
    assert dict(zip(server.stored, server.keys, strict=True)) == dict(
        zip(made(1007).payloads, made(1007).keys, strict=True)
    )
    assert server.streams == {"stream"}
    assert (sent.counts.sent, sent.counts.failed, sent.counts.retried, sent.counts.calls) == (1007, 0, 0, 3)
    assert sent.counts.sent_bytes == sum(map(len, made(1007).payloads))


def test_only_refused_entries_are_sent_again(send_all: SendAll) -> None:
    """AWS rule: status 200 with refused entries, in the order of the request; reference 11.3."""
    odd = Fault(refuse=lambda index, _data: THROTTLED if index % 2 else None)
    with kinesis_server(first(1, odd)) as server:
        sent = send_all(server, made(10))
    assert server.calls == [made(10).payloads, made(10).payloads[1::2]]
    assert sorted(server.stored) == sorted(made(10).payloads)
    assert server.repeated == 0
    counts = sent.counts
    assert (counts.sent, counts.retried, counts.failed, counts.throttled) == (10, 5, 0, 5)
    assert counts.possible_duplicates == 0


def test_all_arrive_when_most_entries_are_refused_at_random(send_all: SendAll) -> None:
    luck = random.Random(5)
    refusing = Fault(
        refuse=lambda _index, _data: (
            luck.choice((THROTTLED, "InternalFailure")) if luck.random() < 0.67 else None
        )
    )
    requests = [made(200, start) for start in range(0, 2000, 200)]
    with kinesis_server(lambda _call: refusing) as server:
        sent = send_all(server, *requests, connections=4, policy=RetryPolicy(100, 60, 0.001, 0.01))
    assert sorted(server.stored) == sorted(made(2000).payloads)
    assert (sent.counts.sent, sent.counts.failed, sent.error) == (2000, 0, None)
    assert sent.counts.retried == sum(map(len, server.calls)) - 2000


def test_an_answer_that_says_zero_failed_is_not_believed(send_all: SendAll) -> None:
    """AWS rule: FailedRecordCount is not to be relied on; reference 11.3."""
    lie = b'{"FailedRecordCount":0,"Records":[{"ErrorCode":"InternalFailure"},{"SequenceNumber":"1","ShardId":"s"}]}'
    with kinesis_server(first(1, Fault(body=lie))) as server:
        sent = send_all(server, made(2))
    assert server.calls == [made(2).payloads, made(2).payloads[:1]]
    assert (sent.counts.sent, sent.counts.retried) == (2, 1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400, code=THROTTLED),
        Fault(status=400, code="LimitExceededException"),
        Fault(status=400, code="ThrottlingException"),
        Fault(status=400, code="KMSThrottlingException"),
        Fault(status=429, code="Whatever"),
    ],
    ids=lambda fault: f"{fault.status} {fault.code}",
)
def test_a_throttled_call_is_sent_again_and_makes_no_duplicates(send_all: SendAll, fault: Fault) -> None:
    with kinesis_server(first(3, fault)) as server:
        sent = send_all(server, made(20))
    assert sorted(server.stored) == sorted(made(20).payloads)
    assert (sent.counts.sent, sent.counts.retried, sent.counts.calls) == (20, 60, 4)
    assert (sent.counts.possible_duplicates, server.repeated) == (0, 0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, code="InternalFailure"),
        Fault(status=503, code="ServiceUnavailable"),
        Fault(status=502, body=b"<html>Bad Gateway</html>"),
        Fault(body=b"<html>this is not Kinesis</html>"),
        Fault(body=b'{"Records": [{"Sequ'),
        Fault(body=b""),
        Fault(body=b"[]"),
        Fault(body=b'{"FailedRecordCount":0}'),
        Fault(body=b'{"FailedRecordCount":0,"Records":[]}'),
        Fault(body=b'{"Records":[{},{},{},{},{}]}'),
        Fault(body=b"\xff\xfe\x00"),
        Fault(reset=True),
    ],
    ids=lambda fault: f"{fault.status} {fault.code or fault.body or 'reset'}",
)
@pytest.mark.parametrize("stored", [False, True], ids=["not stored", "stored"])
def test_after_a_lost_answer_nothing_is_missing_and_duplicates_are_counted(
    send_all: SendAll, fault: Fault, stored: bool
) -> None:
    lost = Fault(**{**vars(fault), "store": stored})
    with kinesis_server(first(2, lost)) as server:
        sent = send_all(server, made(5))
    assert set(server.stored) == set(made(5).payloads)
    assert (sent.counts.sent, sent.counts.failed, sent.error) == (5, 0, None)
    assert sent.counts.possible_duplicates == 10
    assert server.repeated == (10 if stored else 0)


def test_a_time_out_is_a_lost_answer(send_all: SendAll) -> None:
    slow = Fault(delay_seconds=0.6, store=True)
    with kinesis_server(first(1, slow)) as server:
        sent = send_all(server, made(5), read_timeout_seconds=0.2)
    assert set(server.stored) == set(made(5).payloads)
    # Another answer may come too late too, on a busy machine.
    assert sent.counts.possible_duplicates == sent.counts.retried >= 5
    assert 5 <= server.repeated <= sent.counts.possible_duplicates
    assert sent.counts.sent == 5


@pytest.mark.parametrize(
    "code",
    ["ResourceNotFoundException", "AccessDeniedException", "ValidationException", "KMSDisabledException"],
)
def test_a_final_error_stops_and_everything_is_kept(send_all: SendAll, code: str) -> None:
    with kinesis_server(lambda call: Fault(status=400, code=code) if call else None) as server:
        sent = send_all(server, *(made(10, start) for start in range(0, 100, 10)))
    assert isinstance(sent.error, FinalError)
    assert "\n" not in str(sent.error)
    assert ("no stream 'stream'" if code == "ResourceNotFoundException" else code) in str(sent.error)
    assert (sent.counts.sent, sent.counts.failed, sent.counts.calls) == (10, 90, 2)
    assert sorted([*server.stored, *sent.kept]) == sorted(made(100).payloads)


def test_gives_up_after_the_attempts_and_keeps_the_records(send_all: SendAll) -> None:
    with kinesis_server(lambda _call: Fault(status=400, code=THROTTLED)) as server:
        sent = send_all(server, made(5), made(5, 5), policy=RetryPolicy(4, 60, 0.001, 0.002))
    assert "gave up after 4 attempts" in str(sent.error)
    assert THROTTLED in str(sent.error)
    assert len(server.calls) == 4
    assert (sent.counts.sent, sent.counts.failed, sent.counts.retried) == (0, 10, 15)
    assert sorted(sent.kept) == sorted(made(10).payloads)


def test_one_poisoned_request_does_not_stop_the_others(send_all: SendAll) -> None:
    refusing = Fault(refuse=lambda _index, data: "InternalFailure" if data == made(1).payloads[0] else None)
    with kinesis_server(lambda _call: refusing) as server:
        sent = send_all(
            server,
            *(made(5, start) for start in range(0, 200, 5)),
            connections=2,
            policy=RetryPolicy(30, 60, 0.001, 0.002),
        )
    assert (sent.counts.sent, sent.counts.failed, sent.error) == (199, 1, None)
    assert sent.kept == made(1).payloads
    assert server.repeated == 0


def test_progress_renews_the_patience(send_all: SendAll) -> None:
    """A crowded shard lets one record through at a time: that is slow, not broken."""
    trickle = Fault(refuse=lambda index, _data: THROTTLED if index else None)
    with kinesis_server(lambda _call: trickle) as server:
        sent = send_all(server, made(30), policy=RetryPolicy(3, 60, 0.0001, 0.0002))
    assert (sent.counts.sent, sent.counts.failed, sent.counts.calls) == (30, 0, 30)
    assert server.repeated == 0


def test_nobody_at_the_address(send_all: SendAll) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        port = taken.getsockname()[1]
        sent = send_all(
            f"http://127.0.0.1:{port}",
            made(5),
            policy=RetryPolicy(10**6, 60, 0.01, 0.02, first_contact_seconds=0.3),
        )
    assert str(port) in str(sent.error)
    assert "is it running? (make up)" in str(sent.error)
    assert (sent.counts.sent, sent.counts.failed, sent.counts.possible_duplicates) == (0, 5, 0)
    assert sent.kept == made(5).payloads


def test_no_credentials_is_final(send_all: SendAll, monkeypatch: pytest.MonkeyPatch) -> None:
    from producer.counts import Tally
    from producer.kinesis import KinesisTransport, client_config

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import boto3

    client = boto3.session.Session().client("kinesis", region_name="us-east-1", config=client_config(1))
    kept, tally = Kept(), Tally()
    sender = Sender(KinesisTransport(client, "stream"), kept, tally, 1, QUICK)
    sender.start()
    sender.submit(made(3))
    sender.finish()
    assert "credentials" in str(sender.error)
    assert tally.now().failed == 3


def test_a_full_queue_holds_the_maker_back(send_all: SendAll) -> None:
    """Memory stays bounded: with a stalled stream, two requests a connection wait and one is under way."""
    import threading

    from producer.counts import Tally

    release = threading.Event()

    class Stalled:
        def put(self, records: Records) -> list[None]:
            release.wait()
            return [None] * len(records)

    tally = Tally()
    sender = Sender(Stalled(), Kept(), tally, connections=2)
    sender.start()
    handed_over = []

    def hand_over() -> None:
        for number in range(20):
            sender.submit(made(1, number))
            handed_over.append(number)

    maker = threading.Thread(target=hand_over)
    maker.start()
    maker.join(0.5)
    assert maker.is_alive()
    assert len(handed_over) <= 2 + 2 * 2
    release.set()
    maker.join()
    sender.finish()
    assert tally.now().sent == 20


def test_stop_gives_up_at_once_and_accounts(send_all: SendAll) -> None:
    from producer.counts import Tally
    from producer.errors import RetryableError

    class Away:
        def put(self, records: Records) -> list[None]:
            raise RetryableError("away", may_be_stored=False)

    kept, tally = Kept(), Tally()
    sender = Sender(
        Away(), kept, tally, 2, RetryPolicy(attempts=10**6, seconds=10**6, first_pause_seconds=60)
    )
    sender.start()
    for number in range(4):
        sender.submit(made(1, number))
    sender.stop()
    sender.finish()
    assert tally.now().failed == 4
    assert sorted(kept.payloads) == made(4).payloads


def test_a_keeper_that_fails_is_told_and_the_counts_hold(send_all: SendAll) -> None:
    from producer.counts import Tally

    class Full:
        def keep(self, records: Records) -> None:
            raise UndeliveredFileError(f"{len(records)} records: no space left")

    class Refusing:
        def put(self, records: Records) -> list[None]:
            raise FinalError("no")

    tally = Tally()
    sender = Sender(Refusing(), Full(), tally, 1)
    sender.start()
    tally.add(generated=3)
    sender.submit(made(3))
    sender.finish()
    assert str(sender.error) == "no"
    assert (tally.now().failed, tally.now().settled) == (3, True)


def test_a_bug_in_a_connection_reaches_the_main_thread() -> None:
    from producer.counts import Tally

    class Broken:
        def put(self, records: Records) -> list[None]:
            raise ZeroDivisionError("broken")

    kept, tally = Kept(), Tally()
    sender = Sender(Broken(), kept, tally, 1)
    sender.start()
    sender.submit(made(3))
    sender.finish()
    assert "ZeroDivisionError" in str(sender.error)
    assert (tally.now().failed, len(kept.payloads)) == (3, 3)


def test_pauses_have_full_jitter_below_a_growing_bound() -> None:
    policy = RetryPolicy(first_pause_seconds=0.1, longest_pause_seconds=2.0)
    source = random.Random(1)
    for fruitless, bound in ((1, 0.1), (2, 0.2), (3, 0.4), (6, 2.0), (1000, 2.0)):
        pauses = [policy.pause_seconds(fruitless, source) for _ in range(300)]
        assert 0 <= min(pauses) < bound * 0.05
        assert bound * 0.95 < max(pauses) <= bound
