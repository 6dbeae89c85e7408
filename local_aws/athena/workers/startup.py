"""How a process that the gateway starts begins and ends."""

from __future__ import annotations

import logging
import os
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

from local_aws.athena.workers.channel import Channel
from local_aws.athena.workers.errors import WorkerError

if TYPE_CHECKING:
    from local_aws.athena.workers.channel import Message

_FIRST_MESSAGE_SECONDS = 30.0


def begin() -> tuple[Channel, Message]:
    """Take the conversation with the gateway, and its first message; raises `WorkerError` when nobody is there."""
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s - %(levelname)s - %(name)s - %(message)s",
        stream=sys.stderr,
    )
    channel = _take_channel()
    order = channel.receive(_FIRST_MESSAGE_SECONDS)
    if order is None:
        raise WorkerError("the gateway sends nothing")
    return channel, order


def finish(code: int) -> NoReturn:
    """End the process without waiting for threads that a statement has left behind."""
    sys.stderr.flush()
    os._exit(code)


def _take_channel() -> Channel:
    """Take the socket that is this process's input, and leave nothing in its place."""
    taken = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    try:
        return Channel(socket.socket(fileno=taken))
    except OSError as error:
        raise WorkerError(
            "this process is started by the gateway; there is nothing to run by hand"
        ) from error
