"""Asking after a query that still runs: the answer waits for its end, for some callers at a time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.athena import service as athena
from local_aws.athena.executions import CANCELLED, RUNNING, Execution
from local_aws.athena.service import MAX_HELD_CALLS, AthenaService
from local_aws.config import Settings
from local_aws.gateway.service import ApiRequest
from tests.gateway_fixture import free_port
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AthenaService]:
    monkeypatch.setattr(athena, "HELD_SECONDS", 600.0)
    made = AthenaService(Settings(port=free_port(), state_dir=tmp_path))
    made.start()
    yield made
    made.stop()


def _running(service: AthenaService) -> Execution:
    execution = Execution(
        id="one",
        query="SELECT 1",
        workgroup="primary",
        statement_type="DML",
        substatement_type="SELECT",
        database=None,
        catalog=None,
        output_location=None,
        submitted=time.time(),
        state=RUNNING,
    )
    service._unfinished[execution.id] = execution
    return execution


def _call(service: AthenaService, operation: str) -> Any:
    return service.handle(
        ApiRequest(
            service="athena",
            operation=operation,
            parameters={"QueryExecutionId": "one"},
            region="us-east-1",
            account_id="000000000000",
            access_key_id="test",
        )
    )


def _state(service: AthenaService) -> str:
    return str(_call(service, "GetQueryExecution")["QueryExecution"]["Status"]["State"])


def test_the_end_is_told_when_it_comes_and_some_callers_alone_wait_for_it(service: AthenaService) -> None:
    _running(service)
    told: list[str] = []
    waiting = [
        threading.Thread(target=lambda: told.append(_state(service)), daemon=True)
        for _ in range(MAX_HELD_CALLS)
    ]
    for thread in waiting:
        thread.start()
    wait_until(lambda: service._held_calls._value == 0, "all calls that may be held are")
    assert _state(service) == RUNNING  # one caller more is answered at once
    assert told == []
    _call(service, "StopQueryExecution")
    for thread in waiting:
        thread.join(60)
    assert told == [CANCELLED] * MAX_HELD_CALLS
    assert _state(service) == CANCELLED


def test_nobody_waits_for_longer_than_is_said(
    service: AthenaService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(athena, "HELD_SECONDS", 0.0)
    _running(service)
    for _ in range(MAX_HELD_CALLS + 1):
        assert _state(service) == RUNNING
