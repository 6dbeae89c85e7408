"""The errors of the delivery engine.

DeliveryError
├── ConfigError     a delivery stream is described in a way that the engine cannot run (final)
├── SourceError     the source cannot be read as asked (final for the position, not for the stream)
├── JournalError    the state on disk cannot be written (final)
├── RejectedError   the service refused the call for good as things stand; waiting alone does not help
├── UnavailableError the service did not answer, throttled or failed (retryable)
└── StoppedError    the wait was given up because the stream is being stopped
"""

from __future__ import annotations

from botocore.exceptions import ClientError


class DeliveryError(Exception):
    """A failure of the delivery engine."""


class ConfigError(DeliveryError):
    """A delivery stream is described in a way that the engine cannot run."""


class SourceError(DeliveryError):
    """The source cannot be read from the wanted position."""


class JournalError(DeliveryError):
    """The engine's own state cannot be written."""


class RejectedError(DeliveryError):
    """A service refused a call; `code` is the error code of its answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class UnavailableError(DeliveryError):
    """A service did not answer, throttled the caller or failed; trying again later may help."""


class StoppedError(DeliveryError):
    """A wait was given up because the delivery stream is being stopped."""


def error_code(error: BaseException | None) -> str:
    """Give the error code of a service's answer, empty when `error` is none."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def is_refused_role(error: BaseException | None) -> bool:
    """Tell whether a call failed because its role could not be assumed, so that it was never made."""
    return isinstance(error, ClientError) and error.operation_name == "AssumeRole"
