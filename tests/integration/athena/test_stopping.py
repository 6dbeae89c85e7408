"""StopQueryExecution, and the end of the service, while a query is between being taken up and being worked on."""

from __future__ import annotations

import contextlib
import threading
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.athena.service import AthenaService
from local_aws.athena.workers.pool import WorkerPool
from local_aws.athena.workers.supervision import SupervisedRun
from local_aws.gateway.service import ApiRequest
from tests.gateway_fixture import unique
from tests.waiting import LIMIT_SECONDS, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_aws.athena.workers.process import WorkerProcess
    from tests.gateway_fixture import LocalAws

# Takes DuckDB some seconds: a stop that is lost ends with a result in the bucket.
LONG = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y)"
    " WHERE (x * y) % 7 = 0"
)


class Athena:
    """An Athena in this process, which takes the catalog, the workgroups and S3 from a local AWS that runs."""

    def __init__(self, local_aws: LocalAws, folder: Path) -> None:
        settings = replace(local_aws.settings, state_dir=folder)
        self._request = ApiRequest("athena", "", {}, settings.region, settings.account_id, "test")
        self.service = AthenaService(settings)
        self.service.start()
        self._s3 = local_aws.clients.client("s3")
        self._bucket = unique("stopping")
        self._s3.create_bucket(Bucket=self._bucket)

    def call(self, operation: str, **parameters: Any) -> Any:
        return self.service.handle(replace(self._request, operation=operation, parameters=parameters))

    def submit(self, query: str) -> str:
        results = {"OutputLocation": f"s3://{self._bucket}/"}
        started = self.call(
            "StartQueryExecution",
            QueryString=query,
            ResultConfiguration=results,
            ClientRequestToken=uuid.uuid4().hex,
        )
        return str(started["QueryExecutionId"])

    def status(self, execution_id: str) -> dict[str, Any]:
        answer = self.call("GetQueryExecution", QueryExecutionId=execution_id)
        return dict(answer["QueryExecution"]["Status"])

    def results(self) -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", [])
        return [item["Key"] for item in listed]


@pytest.fixture
def athena(local_aws: LocalAws, tmp_path: Path) -> Iterator[Athena]:
    made = Athena(local_aws, tmp_path)
    yield made
    made.service.stop()


class Gate:
    """Holds whoever comes by until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def hold(self) -> None:
        self.reached.set()
        assert self.opened.wait(LIMIT_SECONDS)


def hold_workers(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Hold every query after it has got its worker and before it is said to run."""
    gate, lent = Gate(), WorkerPool.lent

    @contextlib.contextmanager
    def held(self: WorkerPool) -> Iterator[WorkerProcess]:
        with lent(self) as worker:
            gate.hold()
            yield worker

    monkeypatch.setattr(WorkerPool, "lent", held)
    return gate


def test_a_query_that_is_stopped_when_it_is_taken_up(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, run = Gate(), SupervisedRun.run

    def held(self: SupervisedRun) -> None:
        gate.hold()
        run(self)

    monkeypatch.setattr(SupervisedRun, "run", held)
    execution_id = athena.submit(LONG)
    assert gate.reached.wait(LIMIT_SECONDS)
    assert athena.status(execution_id)["State"] == "RUNNING"
    athena.call("StopQueryExecution", QueryExecutionId=execution_id)
    gate.opened.set()
    wait_until(lambda: athena.status(execution_id)["State"] != "RUNNING", "the query ends")
    status = athena.status(execution_id)
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Query cancelled by user")
    assert athena.results() == []


def test_a_query_that_is_stopped_before_it_is_taken_up(
    athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_workers(monkeypatch)
    execution_id = athena.submit(LONG)
    assert gate.reached.wait(LIMIT_SECONDS)
    assert athena.status(execution_id)["State"] == "QUEUED"
    athena.call("StopQueryExecution", QueryExecutionId=execution_id)
    assert athena.status(execution_id)["State"] == "CANCELLED"
    gate.opened.set()
    athena.service.stop()  # waits for what runs
    athena.service.start()
    assert athena.status(execution_id)["State"] == "CANCELLED"
    assert athena.results() == []


def test_a_query_that_is_taken_up_while_the_service_stops(
    athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_workers(monkeypatch)
    execution_id = athena.submit(LONG)
    assert gate.reached.wait(LIMIT_SECONDS)
    stopping = threading.Thread(target=athena.service.stop)
    stopping.start()
    wait_until(lambda: athena.service.is_stopping, "the service stops")
    gate.opened.set()
    stopping.join(LIMIT_SECONDS)
    athena.service.start()
    status = athena.status(execution_id)
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "The local Athena was stopped")
    assert athena.results() == []
