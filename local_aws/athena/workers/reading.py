"""Reading statements before they are accepted: the short ones here, long and nested ones in a process with a deadline.

The grammar of SQL can be made to take minutes, or more nesting than the interpreter has; the process that serves all
APIs must not be where that is found out.
"""

from __future__ import annotations

import itertools
import logging
import re
import threading
from typing import TYPE_CHECKING

from local_aws.athena.ddl.reader import read_statement
from local_aws.athena.errors import QueryError
from local_aws.athena.workers.errors import ChannelClosedError, WorkerError
from local_aws.athena.workers.job import read_error

if TYPE_CHECKING:
    from local_aws.athena.workers.pool import WorkerPool

_log = logging.getLogger(__name__)
# What is within both is read in a few hundredths of a second at most.
_SHORT_CHARACTERS = 4096
_FLAT_DEPTH = 8
_READ_SECONDS = 10.0
_WAITING = threading.BoundedSemaphore(4)
_BRACKET = re.compile(r"[()\[\]]")
_STEPS = {"(": 1, "[": 1, ")": -1, "]": -1}


def statement_problem(query: str) -> QueryError | None:
    """Return what is wrong with the text of a statement, or None.

    AWS rule (as Trino): what is nested too deeply to be read is refused as too large.
    """
    try:
        read_statement(query)
    except QueryError as error:
        return error
    except RecursionError:
        return too_large()
    return None


def too_large() -> QueryError:
    """Make the error of a statement that is nested too deeply."""
    return QueryError("STATEMENT_TOO_LARGE", "statement is too large (stack overflow while parsing)")


def is_plain(query: str) -> bool:
    """Return whether a statement is so short and flat that reading it takes next to no time."""
    if len(query) > _SHORT_CHARACTERS:
        return False
    depths = itertools.accumulate(_STEPS[found] for found in _BRACKET.findall(query))
    return max(depths, default=0) <= _FLAT_DEPTH


def problem_within_budget(query: str, readers: WorkerPool) -> QueryError | None:
    """Return what is wrong with a statement, or None; also None when that takes too long to find out.

    Such a statement is accepted and fails when it is run, where it has only its own time to waste.
    """
    if is_plain(query):
        return statement_problem(query)
    # Calls that wait here are threads that serve nobody else.
    if not _WAITING.acquire(blocking=False):
        return None
    try:
        return _read_elsewhere(query, readers)
    except WorkerError as error:
        _log.error("a statement could not be read before it is run: %s", error)
        return None
    finally:
        _WAITING.release()


def _read_elsewhere(query: str, readers: WorkerPool) -> QueryError | None:
    with readers.lent() as reader:
        reader.channel.send({"type": "read", "query": query})
        try:
            answer = reader.channel.receive(_READ_SECONDS)
        except ChannelClosedError:
            answer = None
        if answer is None:
            _log.warning("a statement of %d characters could not be read in time", len(query))
            reader.kill()
            return None
        return None if answer["error"] is None else read_error(answer["error"])
