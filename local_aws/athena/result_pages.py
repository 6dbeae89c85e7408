"""GetQueryResults: what it refuses, in Athena's order, and its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena import executions
from local_aws.athena.outputs import has_failure_text
from local_aws.athena.results import MAX_PAGE_ROWS, RowTooLongError, decode_token, read_page
from local_aws.athena.starting import invalid
from local_aws.gateway.encoding import Undocumented

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.athena.executions import Execution
    from local_aws.clients import Clients


def query_results(execution: Execution, parameters: Mapping[str, Any], clients: Clients) -> Mapping[str, Any]:
    """Answer GetQueryResults for an execution that is known.

    Measured: the number of rows is checked before the state, and the token last; a page counts the header row; a full
    page always has a token, so that the page behind it may be empty.
    """
    limit = int(parameters.get("MaxResults") or MAX_PAGE_ROWS)
    if limit > MAX_PAGE_ROWS:
        raise invalid(f"MaxResults is more than maximum allowed length {MAX_PAGE_ROWS}")
    if execution.state == executions.FAILED and has_failure_text(execution):
        return {"ResultSet": {"Rows": []}}
    _check_has_results(execution)
    token = str(parameters.get("NextToken") or "")
    answer: dict[str, Any] = {"ResultSet": _result_set(execution, [])}
    if execution.update_count is not None:
        answer["UpdateCount"] = execution.update_count
    is_empty_text = execution.statement_type == "UTILITY" and execution.output_rows == 0
    if is_empty_text and not execution.result_location.endswith(".csv"):
        return answer  # measured: whatever the token says
    try:
        offset = decode_token(token) if token else 0
    except (ValueError, KeyError, TypeError):
        raise invalid(f"Malformed nextPageToken {token}") from None
    if _has_rows(execution):
        tabs = execution.result_location.endswith(".txt")
        try:
            page = read_page(clients, execution.result_location, offset, limit, tabs)
        except ClientError as error:
            raise invalid("Could not find results", "RESULT_NOT_FOUND") from error
        except RowTooLongError as error:
            raise invalid(f"The result can only be read from {execution.result_location}: {error}") from error
        answer["ResultSet"] = _result_set(execution, page.rows)
        if page.next_token is not None:
            answer["NextToken"] = page.next_token
    return answer


def _result_set(execution: Execution, rows: Sequence[Sequence[str | None]]) -> dict[str, Any]:
    """Return columns and rows in both forms that Athena answers with.

    Measured: `ColumnInfos` and `ResultRows`, which the API's model lacks, say the same as the two members that it has.
    """
    return {
        "ColumnInfos": Undocumented(execution.columns),
        "ResultRows": Undocumented([{"Data": row} for row in rows]),
        "ResultSetMetadata": {"ColumnInfo": execution.columns},
        "Rows": [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows
        ],
    }


def _check_has_results(execution: Execution) -> None:
    if not execution.has_ended():
        raise invalid(
            f"Query has not yet finished. Current state: {execution.state}", "INVALID_QUERY_EXECUTION_STATE"
        )
    if execution.state == executions.CANCELLED:
        raise invalid("Could not find results", "RESULT_NOT_FOUND")
    if execution.state == executions.FAILED:
        raise invalid(
            "Query did not finish successfully. Final query state: FAILED", "INVALID_QUERY_EXECUTION_STATE"
        )


def _has_rows(execution: Execution) -> bool:
    """Return whether the result object has rows: those of INSERT, CTAS and UNLOAD are only counted."""
    return execution.result_location.endswith((".csv", ".txt")) and execution.substatement_type != "UNLOAD"
