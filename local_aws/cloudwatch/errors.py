"""The errors that CloudWatch answers with, each an `ApiError` by the name that the API's model has for it."""

from __future__ import annotations

from local_aws.gateway.service import ApiError


def invalid_value(message: str) -> ApiError:
    """Give the error for a parameter whose value is not allowed."""
    return ApiError("InvalidParameterValueException", message)


def invalid_combination(message: str) -> ApiError:
    """Give the error for parameters that do not go together."""
    return ApiError("InvalidParameterCombinationException", message)


def missing_parameter(message: str) -> ApiError:
    """Give the error for a parameter that is needed."""
    return ApiError("MissingRequiredParameterException", message)


def validation(message: str) -> ApiError:
    """Give the error for an alarm that is not allowed."""
    return ApiError("ValidationError", message)


def no_alarm(name: str) -> ApiError:
    """Give the error for an alarm that is not there."""
    return ApiError("ResourceNotFound", f"There is no alarm {name!r}.", 404)


def no_resource(arn: str) -> ApiError:
    """Give the error for a resource that is not there, as the operations about tags have it."""
    return ApiError("ResourceNotFoundException", f"There is no {arn}.", 404)


def no_dashboard(name: str) -> ApiError:
    """Give the error for a dashboard that is not there."""
    return ApiError("DashboardNotFoundError", f"Dashboard {name} does not exist.", 404)


def invalid_dashboard(message: str, path: str) -> ApiError:
    """Give the error for a dashboard's body that is not one; `path` is where in the body."""
    found = [{"DataPath": path, "Message": message}]
    return ApiError(
        "DashboardInvalidInputError",
        f"The field DashboardBody must be a valid dashboard: {message}",
        extra={"dashboardValidationMessages": found},
    )


def invalid_token(token: str) -> ApiError:
    """Give the error for a NextToken that no answer has given."""
    return ApiError("InvalidNextToken", f"NextToken is {token!r}, which is none that an answer has given.")


def not_here(what: str, instead: str) -> ApiError:
    """Give the error for something of CloudWatch that the local one does not have."""
    return ApiError("UnsupportedOperation", f"The local CloudWatch has no {what}; {instead}")
