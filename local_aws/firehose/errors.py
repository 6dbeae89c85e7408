"""The errors that Firehose answers with, each with AWS's own sentence where it is known."""

from __future__ import annotations

from local_aws.gateway.service import ApiError


def invalid_argument(message: str) -> ApiError:
    """Give the error for a request that Firehose refuses."""
    return ApiError("InvalidArgumentException", message)


def not_found(name: str, account_id: str) -> ApiError:
    """Give the error for a delivery stream that is not there."""
    return ApiError("ResourceNotFoundException", f"Firehose {name} under account {account_id} not found.")


def already_exists(name: str, account_id: str) -> ApiError:
    """Give the error for a second delivery stream of the same name."""
    return ApiError("ResourceInUseException", f"Firehose {name} under accountId {account_id} already exists")


def in_use(message: str) -> ApiError:
    """Give the error for an operation that the stream's present state does not allow."""
    return ApiError("ResourceInUseException", message)


def limit_exceeded(message: str) -> ApiError:
    """Give the error for a quota that is used up."""
    return ApiError("LimitExceededException", message)


def access_denied(message: str) -> ApiError:
    """Give the error for what this account may not do."""
    return ApiError("AccessDeniedException", message)


def service_unavailable(message: str) -> ApiError:
    """Give the error that makes a producer back off and try again."""
    return ApiError("ServiceUnavailableException", message, status=503)
