"""What can go wrong while partitions are compacted.

CompactionError
    RequestError         the request is malformed, or its table cannot be compacted: final
    QueryError           an Athena statement failed: the partition is left as it was, a later run tries again
    VerificationError    counts do not agree: nothing was deleted, a person should look
    ConflictError        another run works on the partition: it is left to that one
    OutOfTimeError       the time of this run is over: a later run goes on
"""

from __future__ import annotations


class CompactionError(Exception):
    """Base of everything that is raised here."""


class RequestError(CompactionError):
    """The request is malformed, or names a table that cannot be compacted."""


class QueryError(CompactionError):
    """An Athena statement did not succeed."""


class VerificationError(CompactionError):
    """What was written is not what was read, or is no longer there."""


class ConflictError(CompactionError):
    """Somebody else changed the partition's manifest."""


class OutOfTimeError(CompactionError):
    """There is not enough time left in this run."""
