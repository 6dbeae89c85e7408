"""Calls the transform function through the Lambda API, and sorts what can go wrong by who counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from local_aws.delivery.errors import RejectedError, UnavailableError, error_code, is_refused_role

if TYPE_CHECKING:
    from local_aws.clients import Clients

# AWS rule: error codes of a call that Lambda refused, reference 2.4.
_CODES = {
    "AccessDeniedException": "Lambda.InvokeAccessDenied",
    "AccessDenied": "Lambda.InvokeAccessDenied",
    "UnrecognizedClientException": "Lambda.InvalidSecurityToken",
    "ExpiredTokenException": "Lambda.InvalidSecurityToken",
    "ResourceNotFoundException": "Lambda.ResourceNotFound",
    "TooManyRequestsException": "Lambda.InvokeLimitExceeded",
    "ServiceException": "Lambda.ServiceUnavailable",
    "EC2ThrottledException": "Lambda.InvokeLimitExceeded",
    "RequestTooLargeException": "Lambda.InvocationFailure",
}


@dataclass(frozen=True)
class Answer:
    """What a function answered: `function_error` is the kind of error it reported, None when it did not."""

    payload: bytes
    function_error: str | None


class Invoker(Protocol):
    """Calls one function."""

    def invoke(self, payload: bytes) -> Answer:
        """Call it and wait for the answer.

        Raises `UnavailableError` when Lambda could not be reached at all (nothing to count), `RejectedError`
        with Firehose's code when the call was made and failed.
        """


class LambdaInvoker:
    """Calls a function by its ARN, one attempt for each call."""

    def __init__(self, clients: Clients, function_arn: str) -> None:
        self._client = clients.client("lambda")
        self._function_arn = function_arn

    def invoke(self, payload: bytes) -> Answer:
        """Call the function; see `Invoker`."""
        try:
            response = self._client.invoke(
                FunctionName=self._function_arn, InvocationType="RequestResponse", Payload=payload
            )
            return Answer(response["Payload"].read(), response.get("FunctionError"))
        except ClientError as error:
            code = error_code(error)
            known = "Lambda.AssumeRoleAccessDenied" if is_refused_role(error) else _CODES.get(code)
            if known is None:
                status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
                known = "Lambda.InternalServerError" if status >= 500 else "Lambda.InvocationFailure"
            raise RejectedError(known, str(error)) from error
        except ReadTimeoutError as error:
            raise RejectedError("Lambda.FunctionRequestTimedOut", str(error)) from error
        except BotoCoreError as error:
            raise UnavailableError(f"Lambda cannot be reached: {error}") from error
