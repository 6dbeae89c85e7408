"""A reader's process: ``python -m local_aws athena-reader``, which reads statements and runs none."""

from __future__ import annotations

from typing import NoReturn

from local_aws.athena.workers import guard
from local_aws.athena.workers.errors import ChannelClosedError
from local_aws.athena.workers.job import error_message
from local_aws.athena.workers.reading import statement_problem
from local_aws.athena.workers.startup import begin, finish


def run() -> NoReturn:
    """Answer what the gateway asks until it closes the conversation."""
    channel, order = begin()
    guard.protect(int(order["parent_pid"]), int(order["scratch_bytes"]))
    guard.bound_memory(int(order["memory_bytes"]))
    channel.send({"type": "ready"})
    try:
        while True:
            asked = channel.receive(None)
            if asked is None:
                continue
            problem = statement_problem(str(asked["query"]))
            channel.send({"type": "problem", "error": None if problem is None else error_message(problem)})
    except ChannelClosedError:
        finish(0)
