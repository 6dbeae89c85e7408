"""Runs of crawlers: each in a thread of its own, so that the gateway goes on answering."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.glue import plan
from local_aws.glue.crawl.cache import SchemaCache
from local_aws.glue.crawl.crawl import Crawl, CrawlRequest, failure
from local_aws.glue.crawler import (
    COMPLETED,
    FAILED,
    MOST_RUNS,
    READY,
    RUNNING,
    STOPPED,
    STOPPING,
    Run,
    role_name,
)
from local_aws.glue.errors import (
    CrawlFailedError,
    CrawlStoppedError,
    invalid_input,
    not_found,
    not_running,
    running,
    stopping,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.clients import Clients
    from local_aws.glue.crawler import Crawler
    from local_aws.glue.store import CrawlerStore

    # Gives the clients of a role (its ARN) for a crawler (its ARN): where permissions are checked, with the
    # credentials of the role, which Glue assumes for the crawler.
    ClientsFor = Callable[[str, str], Clients]

_log = logging.getLogger(__name__)

_LONGEST_MESSAGE = 2048
_LONGEST_SUMMARY = 255
_STOP_SECONDS = 30.0


@dataclass
class _Live:
    """A run that has not ended."""

    crawl_id: str
    stop_asked: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def check(self) -> None:
        """Raise `CrawlStoppedError` when somebody has asked to stop."""
        if self.stop_asked.is_set():
            raise CrawlStoppedError("The crawl was stopped.")


class Runs:
    """Starts and stops crawls, and keeps how they ended; `place` is region and account."""

    def __init__(
        self,
        store: CrawlerStore,
        place: tuple[str, str],
        clients_for: ClientsFor,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._place = place
        self._clients_for = clients_for
        self._clock = clock
        self._cache = SchemaCache()
        self._live: dict[str, _Live] = {}

    def check_targets(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Look at each S3 target with the crawler's role, as Glue does before it takes a definition.

        Raises `ApiError` InvalidInputException for a target that is not there or that the role may not see.
        """
        targets = plan.parse(parameters).s3_targets
        if not targets:
            return
        clients = self._clients(name, parameters["Role"])
        for target in targets:
            try:
                clients.client("s3").list_objects_v2(Bucket=target.bucket, Prefix=target.prefix, MaxKeys=1)
            except ClientError as error:
                raise invalid_input(
                    f"Unable to validate existence of s3 target {target.path} because: {failure(error)}"
                ) from error

    def recover(self) -> None:
        """End runs that an earlier process has left without an end."""
        for crawler in self._store.all():
            last = crawler.last_run
            if last is not None and last.state == RUNNING:
                self._end(crawler.name, last, FAILED, "The local AWS ended during this crawl.")

    def state(self, name: str) -> str:
        """Give READY, RUNNING or STOPPING."""
        with self._store.lock:
            live = self._live.get(name)
            if live is None:
                return READY
            return STOPPING if live.stop_asked.is_set() else RUNNING

    def start(self, name: str) -> str:
        """Start a crawl and give its id; raises `ApiError` when there is no such crawler or it runs."""
        with self._store.lock:
            crawler = self._store.get(name)
            if crawler is None:
                raise not_found(name)
            if name in self._live:
                raise running(name)
            live = _Live(str(uuid.uuid4()))
            run = Run(live.crawl_id, RUNNING, round(self._clock(), 3))
            self._store.put(replace(crawler, runs=(*crawler.runs, run)[-MOST_RUNS:]))
            live.thread = threading.Thread(
                target=self._run, args=(crawler, run, live), name=f"crawler-{crawler.name}", daemon=True
            )
            self._live[crawler.name] = live
            live.thread.start()
        return live.crawl_id

    def stop(self, name: str) -> None:
        """Ask a crawl to stop; raises `ApiError` CrawlerNotRunningException or CrawlerStoppingException."""
        with self._store.lock:
            live = self._live.get(name)
            if live is None:
                raise not_running(name)
            if live.stop_asked.is_set():
                raise stopping(name)
            live.stop_asked.set()

    def close(self) -> None:
        """Stop all crawls and wait until they have ended."""
        with self._store.lock:
            threads = []
            for live in self._live.values():
                live.stop_asked.set()
                threads.append(live.thread)
        for thread in threads:
            if thread is not None:
                thread.join(_STOP_SECONDS)

    def wait(self, name: str, timeout_seconds: float) -> bool:
        """Wait until a crawler's run has ended; tell whether it has."""
        with self._store.lock:
            live = self._live.get(name)
        if live is None or live.thread is None:
            return True
        live.thread.join(timeout_seconds)
        return not live.thread.is_alive()

    def _run(self, crawler: Crawler, run: Run, live: _Live) -> None:
        try:
            ended = self._crawl(crawler, run, live)
        except CrawlStoppedError as error:
            ended = replace(run, state=STOPPED, error_message=str(error))
        except CrawlFailedError as error:
            # What fails while it is being stopped has failed because of that.
            ended = replace(
                run, state=STOPPED if live.stop_asked.is_set() else FAILED, error_message=str(error)
            )
        except Exception as error:
            _log.exception("crawler %s failed", crawler.name)
            ended = replace(run, state=FAILED, error_message=f"Internal Service Exception: {error}")
        with self._store.lock:
            del self._live[crawler.name]
            self._end(crawler.name, ended, ended.state, ended.error_message)

    def _crawl(self, crawler: Crawler, run: Run, live: _Live) -> Run:
        parsed = plan.parse(crawler.parameters)
        known = self._store.known_folders(crawler.name) if parsed.incremental else None
        clients = self._clients(crawler.name, crawler.parameters["Role"])
        request = CrawlRequest(crawler.name, run.crawl_id, parsed, crawler.log_group, known)
        outcome = Crawl(request, clients, self._cache, self._clock, live.check).run()
        self._store.put_folders(crawler.name, outcome.folders)
        return replace(
            run,
            state=COMPLETED,
            summary=outcome.summary[:_LONGEST_SUMMARY],
            tables_created=outcome.tables_created,
            tables_updated=outcome.tables_updated,
            tables_deleted=outcome.tables_deleted,
        )

    def _clients(self, name: str, role: str) -> Clients:
        region, account_id = self._place
        return self._clients_for(
            f"arn:aws:iam::{account_id}:role/{role_name(role)}",
            f"arn:aws:glue:{region}:{account_id}:crawler/{name}",
        )

    def _end(self, name: str, run: Run, state: str, message: str) -> None:
        with self._store.lock:
            crawler = self._store.get(name)
            if crawler is None:
                return
            ended = replace(
                run,
                state=state,
                error_message=message[:_LONGEST_MESSAGE],
                ended_at=max(round(self._clock(), 3), run.started_at),
            )
            runs = tuple(ended if one.crawl_id == run.crawl_id else one for one in crawler.runs)
            self._store.put(replace(crawler, runs=runs))
