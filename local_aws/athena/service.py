"""Athena behind the gateway: the API's operations, and the state of queries, which run in processes of their own."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from local_aws.athena import executions
from local_aws.athena.callers import Callers
from local_aws.athena.errors import SYSTEM_ERROR, QueryCancelledError, QueryError
from local_aws.athena.executions import Execution, History
from local_aws.athena.metadata import MetadataApi
from local_aws.athena.metrics import publish
from local_aws.athena.outputs import output_location, write_failure
from local_aws.athena.result_pages import query_results
from local_aws.athena.saved import SavedStatements
from local_aws.athena.starting import accept, check_location, check_token, invalid
from local_aws.athena.uploads import abort_uploads, unfinished_uploads
from local_aws.athena.workers.errors import WorkerError
from local_aws.athena.workers.job import Job
from local_aws.athena.workers.reading import problem_within_budget
from local_aws.athena.workers.shared import AthenaWorkers
from local_aws.athena.workers.supervision import SupervisedRun
from local_aws.athena.workgroups import DEFAULT_WORKGROUP, Workgroups, result_target
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.athena.starting import Accepted
    from local_aws.athena.workgroups import Workgroup
    from local_aws.clients import Clients
    from local_aws.config import Settings
    from local_aws.gateway.service import ApiRequest

_log = logging.getLogger(__name__)

MAX_IDS_PER_CALL = 50
# A caller that asks after a query which still runs is told of its end when it comes, if it comes this soon: clients
# ask again after a second or more, and a local query seldom takes that long. Others are answered at once meanwhile.
HELD_SECONDS = 1.0
MAX_HELD_CALLS = 8


class AthenaService:
    """The Athena of the local AWS, in one Region. Workgroups are kept by MiniStack."""

    name = "athena"

    def __init__(self, settings: Settings, workers: AthenaWorkers | None = None) -> None:
        self._settings = settings
        self._workers = workers or AthenaWorkers(settings)
        self._callers = Callers(settings.endpoint, settings.region)
        self._workgroups = Workgroups(settings.endpoint)
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._held_calls = threading.BoundedSemaphore(MAX_HELD_CALLS)
        self._unfinished: dict[str, Execution] = {}
        self._runs: dict[str, SupervisedRun] = {}
        self.is_stopping = False
        self._history: History | None = None
        self._saved = SavedStatements(
            settings.athena_dir / "saved",
            lambda name: self._workgroups.get(settings.region, name),
            lambda: self._workgroups.behind(settings.region),
        )
        self._lanes: Mapping[str, ThreadPoolExecutor] = {}
        self._operations: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            "GetQueryExecution": self._get_query,
            "BatchGetQueryExecution": self._batch_get_query,
            "StopQueryExecution": self._stop_query,
            "ListQueryExecutions": self._list_queries,
            "GetQueryRuntimeStatistics": self._runtime_statistics,
        }
        self._callers_operations: Mapping[str, Callable[[Mapping[str, Any], Clients], Mapping[str, Any]]] = {
            "StartQueryExecution": self._start_query,
            "GetQueryResults": self._get_results,
        }
        self._metadata_operations = frozenset(MetadataApi(self._callers.own).operations)

    def handles(self, operation: str) -> bool:
        """Tell whether this service answers `operation`; if not, MiniStack does."""
        return (
            operation in self._operations
            or operation in ("DeleteWorkGroup", "GetWorkGroup", "ListWorkGroups")
            or operation in self._saved.operations
            or operation in self._callers_operations
            or operation in self._metadata_operations
        )

    def handle(self, request: ApiRequest) -> Mapping[str, Any]:
        """Answer one request, or raise `ApiError`."""
        operation, parameters = request.operation, request.parameters
        if operation in self._operations:
            return self._operations[operation](parameters)
        if operation == "GetWorkGroup":
            return {"WorkGroup": self._workgroups.get(request.region, str(parameters["WorkGroup"]))}
        if operation == "DeleteWorkGroup":
            return self._delete_workgroup(request.region, parameters)
        if operation in self._saved.operations:
            return self._saved.operations[operation](parameters)
        if operation == "ListWorkGroups":
            limit = int(parameters.get("MaxResults") or MAX_IDS_PER_CALL)
            return self._workgroups.listed(request.region, limit, str(parameters.get("NextToken") or ""))
        clients = self._callers.of(request.credentials)
        if operation in self._callers_operations:
            return self._callers_operations[operation](parameters, clients)
        return MetadataApi(clients).operations[operation](parameters)

    def resource_names(self, operation: str, parameters: Mapping[str, Any]) -> list[str]:
        """Give the workgroups of the queries that a call is about, empty for queries that are not known."""
        if "NamedQuer" in operation:
            return self._saved.workgroups_of(parameters)
        ids = parameters.get("QueryExecutionIds") or [parameters.get("QueryExecutionId")]
        found = [self._find(str(execution_id)) for execution_id in ids if execution_id]
        return list(dict.fromkeys(execution.workgroup for execution in found if execution is not None))

    def _delete_workgroup(self, region: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(parameters["WorkGroup"])
        if self._saved.has_any(name) and not parameters.get("RecursiveDeleteOption"):
            raise invalid(f"WorkGroup {name} is not empty")
        self._workgroups.delete(region, parameters)
        self._saved.forget(name)
        return {}

    def start(self) -> None:
        """Open the history, and begin to keep a worker ready."""
        self.is_stopping = False
        folder = self._settings.athena_dir
        folder.mkdir(parents=True, exist_ok=True)
        self._history = History(folder / "history.sqlite")
        self._history.end_interrupted("The local Athena was stopped while the query ran", time.time())
        self._abort_later(self._workers.open())
        # More than these wait as QUEUED.
        self._lanes = {
            "DML": ThreadPoolExecutor(self._workers.limits.workers, thread_name_prefix="athena-query"),
            "DDL": ThreadPoolExecutor(1, thread_name_prefix="athena-catalog"),
        }

    def _abort_later(self, uris: Sequence[str]) -> None:
        """Abort what the workers of an earlier gateway were uploading, once this one serves S3."""
        if uris:
            threading.Thread(
                target=abort_uploads, args=(self._callers.own, uris), name="athena-uploads", daemon=True
            ).start()

    def stop(self) -> None:
        """Stop the queries that run, and close everything."""
        with self._lock:
            self.is_stopping = True  # from here on no query begins to run
            runs, waiting = list(self._runs.values()), list(self._unfinished)
        for run in runs:
            run.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)
        for execution_id in waiting:
            self._end_unstarted(execution_id)
        self._workers.close()
        if self._history is not None:
            self._history.close()
        self._callers.close()
        self._workgroups.close()

    def _end_unstarted(self, execution_id: str) -> None:
        with self._lock:
            execution = self._unfinished.get(execution_id)
        if execution is not None:
            if not execution.has_ended():
                execution.fail(QueryCancelledError("The local Athena was stopped"), executions.CANCELLED)
                execution.completed = time.time()
            self._opened().save(execution)
        self._forget(execution_id)

    def _forget(self, execution_id: str) -> None:
        """Let the history alone answer for an execution that has ended and is saved."""
        with self._lock:
            self._runs.pop(execution_id, None)
            self._unfinished.pop(execution_id, None)
            self._ended.notify_all()

    def _opened(self) -> History:
        if self._history is None:
            raise ApiError("InternalServerException", "The local Athena has not been started", status=500)
        return self._history

    def _find(self, execution_id: str) -> Execution | None:
        with self._lock:
            found = self._unfinished.get(execution_id)
        return found or self._opened().get(execution_id)

    def _known(self, execution_id: str) -> Execution:
        found = self._find(execution_id)
        if found is None:
            raise invalid(f"QueryExecution {execution_id} was not found", "QUERY_EXECUTION_NOT_FOUND")
        return found

    def _start_query(self, parameters: Mapping[str, Any], clients: Clients) -> Mapping[str, Any]:
        check_token(parameters.get("ClientRequestToken"))
        check_location(parameters)
        name = str(parameters.get("WorkGroup") or DEFAULT_WORKGROUP)
        workgroup = self._workgroups.read(self._settings.region, name)
        context: Mapping[str, Any] = parameters.get("QueryExecutionContext") or {}
        accepted = accept(str(parameters["QueryString"]), context.get("Database"), clients, self._problem_of)
        execution = self._make_execution(parameters, accepted, workgroup)
        known = self._by_token(execution.client_request_token) if execution.client_request_token else None
        if known is not None:
            if known.identity != execution.identity:
                raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
            return {"QueryExecutionId": known.id}
        if self._reuse(execution):
            return {"QueryExecutionId": execution.id}
        self._opened().save(execution)
        with self._lock:
            self._unfinished[execution.id] = execution
        self._lane(execution).submit(self._execute, execution, workgroup, clients)
        return {"QueryExecutionId": execution.id}

    def _problem_of(self, query: str) -> QueryError | None:
        """Return why a text is no statement, read with a deadline."""
        return problem_within_budget(query, self._workers.readers)

    def _lane(self, execution: Execution) -> ThreadPoolExecutor:
        return self._lanes["DML" if _is_query(execution) else "DDL"]

    def _by_token(self, token: str) -> Execution | None:
        with self._lock:
            for execution in self._unfinished.values():
                if execution.client_request_token == token:
                    return execution
        return self._opened().by_token(token)

    def _make_execution(
        self, parameters: Mapping[str, Any], accepted: Accepted, workgroup: Workgroup
    ) -> Execution:
        target = result_target(workgroup, parameters.get("ResultConfiguration") or {})
        types = accepted.statement_type, accepted.substatement_type
        execution_id = str(uuid.uuid4())
        context: Mapping[str, Any] = parameters.get("QueryExecutionContext") or {}
        reuse: Mapping[str, Any] = parameters.get("ResultReuseConfiguration") or {}
        encryption = dict(target.encryption) if target.encryption else None
        location = output_location(target.location, execution_id, *types) if target.location else None
        return Execution(
            id=execution_id,
            query=accepted.query,
            workgroup=workgroup.name,
            statement_type=types[0],
            substatement_type=types[1],
            database=accepted.database,
            catalog=context.get("Catalog"),
            output_location=location,
            managed_location=None if location else self._managed_location(execution_id, types),
            output_folder=target.location,
            submitted=time.time(),
            parameters=[str(item) for item in parameters.get("ExecutionParameters") or []],
            encryption=encryption,
            result_configuration={"EncryptionConfiguration": encryption} if encryption else {},
            reuse=dict(reuse.get("ResultReuseByAgeConfiguration") or {}) or None,
            client_request_token=parameters.get("ClientRequestToken"),
            # Measured: what has to be the same in two calls with one token; not the parameters, not the workgroup.
            identity=[
                parameters["QueryString"],
                context.get("Catalog"),
                context.get("Database"),
                target.location,
            ],
        )

    def _managed_location(self, execution_id: str, types: tuple[str, str]) -> str:
        """Return where the local Athena keeps a result that its workgroup manages."""
        folder = self._settings.athena_dir / "results"
        folder.mkdir(exist_ok=True)
        return output_location(f"{folder.as_uri()}/", execution_id, *types)

    def _reuse(self, execution: Execution) -> bool:
        """Answer with an earlier result when the caller allows it.

        AWS rule: the same text, database, catalog and workgroup, no older than asked for; new data in the tables is
        not looked at, reference 10.2.
        """
        reuse = execution.reuse or {}
        if not reuse.get("Enabled") or execution.substatement_type != "SELECT":
            return False
        oldest = execution.submitted - int(reuse.get("MaxAgeInMinutes", 60)) * 60
        for earlier in self._opened().reusable(execution.query, execution.workgroup, oldest):
            same = (earlier.database, earlier.catalog) == (execution.database, execution.catalog)
            if same and earlier.parameters == execution.parameters and earlier.reused_from is None:
                execution.state = executions.SUCCEEDED
                execution.reused_from = earlier.id
                execution.output_location = earlier.output_location
                execution.columns = earlier.columns
                execution.started = execution.submitted
                execution.completed = time.time()
                self._opened().save(execution)
                return True
        return False

    def _execute(self, execution: Execution, workgroup: Workgroup, clients: Clients) -> None:
        """Run one query in a worker; never raises."""
        if execution.has_ended():
            return
        try:
            with self._workers.workers.lent() as worker:
                run = SupervisedRun(worker, self._job(execution, workgroup, clients), self._workers.limits)
                if not self._begin(execution, run):
                    return
                try:
                    run.run()
                finally:
                    if not worker.is_alive:
                        abort_uploads(clients, unfinished_uploads(worker.scratch))
            outcome: QueryError | None = None
        except QueryError as error:
            outcome = error
        except WorkerError as error:
            outcome = QueryError("GENERIC_INTERNAL_ERROR", str(error), category=SYSTEM_ERROR, retryable=True)
        except Exception as error:
            _log.exception("query %s failed", execution.id)
            outcome = QueryError(
                "GENERIC_INTERNAL_ERROR", f"{type(error).__name__}: {error}", category=SYSTEM_ERROR
            )
        self._finish(execution, outcome, clients)
        if workgroup.publish_metrics:
            publish(execution, self._callers.own)

    def _job(self, execution: Execution, workgroup: Workgroup, clients: Clients) -> Job:
        limits = self._workers.limits
        return Job(
            execution=execution,
            workgroup=workgroup,
            credentials=clients.credentials,
            endpoint=self._settings.endpoint,
            region=clients.region,
            timeout_seconds=limits.dml_seconds if _is_query(execution) else limits.ddl_seconds,
        )

    def _begin(self, execution: Execution, run: SupervisedRun) -> bool:
        """Say that a query runs now; returns whether it is still wanted."""
        with self._lock:
            if execution.has_ended() or self.is_stopping:
                return False
            self._runs[execution.id] = run
            execution.started = time.time()
            execution.state = executions.RUNNING
            return True

    def _finish(self, execution: Execution, outcome: QueryError | None, clients: Clients) -> None:
        execution.completed = time.time()
        if outcome is None:
            execution.state = executions.SUCCEEDED
        else:
            cancelled = isinstance(outcome, QueryCancelledError)
            if not cancelled:
                self._write_failure(execution, outcome, clients)
            execution.fail(outcome, executions.CANCELLED if cancelled else executions.FAILED)
        try:
            self._opened().save(execution)
        except sqlite3.OperationalError as error:
            # It stays in memory, and is written when the service stops.
            _log.error("the end of query %s could not be written: %s", execution.id, error)
            return
        self._forget(execution.id)

    def _write_failure(self, execution: Execution, outcome: QueryError, clients: Clients) -> None:
        try:
            write_failure(execution, clients, outcome)
        except QueryError:
            _log.warning(
                "the reason why query %s failed could not be written to its output location", execution.id
            )

    def _get_query(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._known(str(parameters["QueryExecutionId"]))
        self._await_end(execution)
        return {"QueryExecution": execution.described()}

    def _await_end(self, execution: Execution) -> None:
        """Wait a little for the end of a query, unless too many callers wait already."""
        if execution.has_ended() or not self._held_calls.acquire(blocking=False):
            return
        try:
            with self._lock:
                self._ended.wait_for(lambda: execution.id not in self._unfinished, HELD_SECONDS)
        finally:
            self._held_calls.release()

    def _batch_get_query(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        found: list[Mapping[str, Any]] = []
        missing: list[Mapping[str, Any]] = []
        for execution_id in parameters["QueryExecutionIds"]:
            execution = self._find(str(execution_id))
            if execution is None:
                missing.append(
                    {
                        "QueryExecutionId": execution_id,
                        "ErrorCode": "INVALID_INPUT",
                        "ErrorMessage": f"QueryExecution {execution_id} was not found",
                    }
                )
            else:
                found.append(execution.described())
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def _get_results(self, parameters: Mapping[str, Any], clients: Clients) -> Mapping[str, Any]:
        execution = self._known(str(parameters["QueryExecutionId"]))
        return query_results(execution, parameters, clients)

    def _stop_query(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._known(str(parameters["QueryExecutionId"]))
        with self._lock:
            run = self._runs.get(execution.id)
            if run is None and not execution.has_ended():
                execution.fail(QueryCancelledError("Query cancelled by user"), executions.CANCELLED)
                execution.completed = time.time()
        if run is not None:
            run.cancel()
        else:
            self._opened().save(execution)
            self._forget(execution.id)
        return {}

    def _list_queries(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        workgroup = str(parameters.get("WorkGroup") or DEFAULT_WORKGROUP)
        limit = int(parameters.get("MaxResults") or MAX_IDS_PER_CALL)
        try:
            offset = int(parameters.get("NextToken") or 0)
        except ValueError:
            raise invalid("Invalid NextToken") from None
        ids = self._opened().ids(workgroup, offset, limit + 1)
        answer: dict[str, Any] = {"QueryExecutionIds": ids[:limit]}
        if len(ids) > limit:
            answer["NextToken"] = str(offset + limit)
        return answer

    def _runtime_statistics(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        execution = self._known(str(parameters["QueryExecutionId"]))
        numbers = execution.statistics()
        timeline = {
            name: numbers.get(name, 0)
            for name in (
                "QueryQueueTimeInMillis",
                "ServicePreProcessingTimeInMillis",
                "QueryPlanningTimeInMillis",
                "EngineExecutionTimeInMillis",
                "ServiceProcessingTimeInMillis",
                "TotalExecutionTimeInMillis",
            )
        }
        rows = {
            "InputRows": execution.scanned_rows,
            "InputBytes": execution.scanned_bytes,
            "OutputRows": execution.output_rows,
            "OutputBytes": execution.output_bytes,
        }
        return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}


def _is_query(execution: Execution) -> bool:
    """Return whether a statement is counted as a query. AWS rule: CREATE TABLE AS is, for the quotas."""
    return execution.statement_type == "DML" or execution.substatement_type == "CREATE_TABLE_AS_SELECT"
