"""What can go wrong with a worker itself, as opposed to the statement that it runs.

WorkerError
└── ChannelClosedError     the other side of a conversation is gone
"""

from __future__ import annotations

from local_aws.errors import LocalAwsError


class WorkerError(LocalAwsError):
    """A worker could not be started, or cannot be used."""


class ChannelClosedError(WorkerError):
    """The other side has ended, or does not answer any more."""
