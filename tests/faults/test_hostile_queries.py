"""Queries that want everything: they fail alone, in the words of AWS, while all other calls go on being answered."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from local_aws.config import Settings
from tests.gateway_fixture import LocalAws, free_port, unique
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

MEMORY_MIB = 768
TIMEOUT_SECONDS = 20
EXHAUSTED = "EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor"
TIMED_OUT = "Query timeout"
REGEX = "SELECT regexp_like('{}!', '^(?=a)(a+)+$')".format("a" * 60)
MANY = "UNNEST(sequence(1, 10000))"
HOSTILE = {
    "a regular expression": REGEX,
    "a sequence": "SELECT cardinality(sequence(1, 100000000))",
    "a product": f"SELECT sum(a.x * b.x % 7) FROM {MANY} a(x) CROSS JOIN {MANY} b(x) CROSS JOIN {MANY} c(x)",
    "texts": "SELECT length(array_join(array_agg(rpad('x', 100000, 'y')), ',')) FROM " + MANY + " a(x)",
    "an aggregate": f"SELECT array_agg(array[a.x, b.x]) FROM {MANY} a(x) CROSS JOIN {MANY} b(x)",
    "a sort": f"SELECT a.x, rpad('x', 5000, 'y') FROM {MANY} a(x) CROSS JOIN {MANY} b(x) ORDER BY a.x * b.x % 77",
    # jruby/joni#39, prestodb/presto#12191: the pattern is one for Python's engine here because it looks ahead
    "a pattern that hangs Presto": (
        "SELECT regexp_like('m1666666654656dsffddfssubscribeaaaaa_3499_g415780803', '^(?=m)([a-z0-9]+)+$')"
    ),
    # trinodb/trino#25999: the worker dies
    "wide rows": (
        "SELECT count(*), max(t) FROM (SELECT rpad('a', 500000, 'a') || CAST(a.x AS varchar) AS t FROM "
        + MANY
        + " a(x) ORDER BY 1)"
    ),
    # trinodb/trino#12496: aggregates that grow without an end
    "a map": f"SELECT map_agg(a.x * 10000 + b.x, rpad('x', 100, 'y')) FROM {MANY} a(x) CROSS JOIN {MANY} b(x)",
    # duckdb/duckdb#9950: an ordered aggregate does not keep to the memory limit
    "an ordered aggregate": (
        f"SELECT cardinality(array_agg(a.x ORDER BY a.x * b.x % 777)) FROM {MANY} a(x) CROSS JOIN {MANY} b(x)"
    ),
    "a replacement": "SELECT regexp_replace(rpad('a', 100000, 'a'), '(?=(a*))\\1a', 'b')",
}


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS whose queries have little memory and little time."""
    instance = LocalAws(
        Settings(
            port=free_port(),
            state_dir=tmp_path_factory.mktemp("limited"),
            delivery_enabled=False,
            athena_memory_mib=MEMORY_MIB,
            athena_workers=3,
            athena_timeout_seconds=TIMEOUT_SECONDS,
        )
    )
    instance.start()
    instance.clients.client("s3").create_bucket(Bucket="results")
    yield instance
    instance.close()


class Others:
    """Another client's calls, one after the other until `done`; counts them and what the workers hold meanwhile."""

    def __init__(self, instance: LocalAws) -> None:
        self._instance = instance
        self._stream = unique("others")
        instance.clients.client("kinesis").create_stream(StreamName=self._stream, ShardCount=1)
        self.answered = 0
        self.largest_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._call)

    def __enter__(self) -> Others:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(LIMIT_SECONDS)
        assert not self._thread.is_alive(), "a call is not answered"

    def _call(self) -> None:
        clients = self._instance.clients
        while not self._done.is_set():
            clients.client("s3").put_object(Bucket="results", Key="beside", Body=b"x")
            clients.client("kinesis").put_record(StreamName=self._stream, Data=b"x", PartitionKey="k")
            clients.client("athena").list_work_groups()
            self.answered += 1
            self.largest_bytes = max(self.largest_bytes, sum(map(_own_bytes, self._instance.family()[1:])))


def _own_bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_info()
    except psutil.NoSuchProcess:
        return 0
    return int(memory.rss - memory.shared)


def start(instance: LocalAws, query: str) -> str:
    started = instance.clients.client("athena").start_query_execution(
        QueryString=query, ResultConfiguration={"OutputLocation": "s3://results/"}
    )
    return str(started["QueryExecutionId"])


def status(instance: LocalAws, execution_id: str) -> Any:
    found = instance.clients.client("athena").get_query_execution(QueryExecutionId=execution_id)
    return found["QueryExecution"]["Status"]


def ended(instance: LocalAws, execution_id: str) -> Any:
    wait_until(lambda: status(instance, execution_id)["State"] not in ("QUEUED", "RUNNING"), "the query ends")
    return status(instance, execution_id)


def workers(instance: LocalAws) -> list[psutil.Process]:
    return [one for one in instance.family()[1:] if "athena-worker" in one.cmdline()]


def scratch(instance: LocalAws) -> list[str]:
    folder = instance.settings.athena_dir / "scratch"
    return [str(path) for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_fails_alone(limited: LocalAws, name: str) -> None:
    with Others(limited) as others:
        found = ended(limited, start(limited, HOSTILE[name]))
        before = others.answered
        wait_until(lambda: others.answered > before, "other calls are answered")
    assert found["State"] == "FAILED"
    error = found["AthenaError"]
    assert (found["StateChangeReason"], error["ErrorCategory"], error["ErrorType"]) in (
        (EXHAUSTED, 1, 1),
        (TIMED_OUT, 1, 206),
    )
    assert ended(limited, start(limited, "SELECT 1"))["State"] == "SUCCEEDED"


def test_many_at_once_stay_within_the_sum_of_their_limits(limited: LocalAws) -> None:
    with Others(limited) as others:
        ids = [start(limited, query) for query in HOSTILE.values()]
        assert ended(limited, start(limited, "SHOW DATABASES"))["State"] == "SUCCEEDED"
        states = {ended(limited, one)["State"] for one in ids}
    assert states == {"FAILED"}
    # The gateway looks ten times a second: a query may grow in between.
    assert others.largest_bytes < 2 * 4 * MEMORY_MIB * 1024 * 1024
    assert ended(limited, start(limited, "SELECT 1"))["State"] == "SUCCEEDED"
    wait_until(lambda: scratch(limited) == [], "no file of a query stays")


def test_a_query_that_holds_the_interpreter_is_stopped(limited: LocalAws) -> None:
    execution_id = start(limited, REGEX)
    wait_until(lambda: status(limited, execution_id)["State"] == "RUNNING", "the query runs")
    limited.clients.client("athena").stop_query_execution(QueryExecutionId=execution_id)
    found = ended(limited, execution_id)
    assert (found["State"], found["StateChangeReason"]) == ("CANCELLED", "Query cancelled by user")
    assert "AthenaError" not in found


def test_a_worker_that_is_killed_takes_its_own_query_with_it_and_no_other(limited: LocalAws) -> None:
    busy = start(limited, REGEX)
    wait_until(lambda: status(limited, busy)["State"] == "RUNNING", "the query runs")
    victim = max(workers(limited), key=lambda one: sum(one.cpu_times()[:2]))
    wait_until(lambda: victim.cpu_percent(0.2) > 1, "the worker computes")
    victim.send_signal(signal.SIGKILL)
    found = ended(limited, busy)
    assert found["State"] == "FAILED"
    assert found["StateChangeReason"].startswith("GENERIC_INTERNAL_ERROR: ") or found[
        "StateChangeReason"
    ] in (TIMED_OUT,)
    assert ended(limited, start(limited, "SELECT 1"))["State"] == "SUCCEEDED"


def test_nothing_outlives_a_gateway_that_is_killed(limited: LocalAws) -> None:
    execution_id = start(limited, REGEX)
    wait_until(lambda: status(limited, execution_id)["State"] == "RUNNING", "the query runs")
    limited.kill()  # waits until no process of it is left
    limited.start()
    found = status(limited, execution_id)
    assert (found["State"], found["StateChangeReason"]) == (
        "FAILED",
        "The local Athena was stopped while the query ran",
    )
    assert scratch(limited) == []
    assert ended(limited, start(limited, "SELECT 1"))["State"] == "SUCCEEDED"


def test_an_upload_of_a_worker_that_is_killed_is_aborted(limited: LocalAws) -> None:
    s3 = limited.clients.client("s3")
    location = "s3://results/unfinished"
    started = s3.create_multipart_upload(Bucket="results", Key="unfinished")
    busy = start(limited, REGEX)
    wait_until(lambda: status(limited, busy)["State"] == "RUNNING", "the query runs")
    for folder in (limited.settings.athena_dir / "scratch").iterdir():
        (folder / "rows.csv.upload").write_text(location, encoding="utf-8")
    limited.clients.client("athena").stop_query_execution(QueryExecutionId=busy)
    ended(limited, busy)
    uploads = s3.list_multipart_uploads(Bucket="results").get("Uploads", [])
    assert started["UploadId"] not in [upload["UploadId"] for upload in uploads]
