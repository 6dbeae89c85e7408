"""Errors of the producer; a person sees their message as one line.

scripts.errors.ToolError      what was asked could not be done (exit code 1)
└── ProducerError
    ├── GenerationError       a contract from which no valid record can be made
    ├── TransportError        one call to Kinesis did not succeed
    │   ├── RetryableError    the same records may be sent again, after a pause
    │   └── FinalError        sending again cannot help
    └── UndeliveredFileError  the file that keeps undelivered records cannot be written

Wrong use (exit code 2) is ``scripts.errors.UsageError``, as in every tool.
"""

from __future__ import annotations

from scripts.errors import ToolError


class ProducerError(ToolError):
    """What was asked could not be done; the message says why and what to do."""


class GenerationError(ProducerError):
    """The contract leaves no way to make a valid value; the message names the field and what would help."""


class TransportError(ProducerError):
    """One call to Kinesis did not succeed as a whole."""


class RetryableError(TransportError):
    """A failure that passes: throttling, a time-out, a server error, an answer that cannot be read.

    :param may_be_stored: the service may have stored the records although no acknowledgement arrived, so sending
        them again can make duplicates.
    :param unreachable: no connection could be made at all.
    """

    def __init__(self, message: str, *, may_be_stored: bool, unreachable: bool = False) -> None:
        super().__init__(message)
        self.may_be_stored = may_be_stored
        self.unreachable = unreachable


class FinalError(TransportError):
    """A failure that stays: the stream does not exist, access is denied, the request is not valid."""


class UndeliveredFileError(ProducerError):
    """The file that keeps undelivered records cannot be written."""
