"""What StartQueryExecution checks before a statement becomes an execution, in the order in which Athena does.

Measured: token, output location, number of statements, syntax, then whether what DESCRIBE and SHOW COLUMNS name is
there. Whether a token was used for something else comes last, and the service looks at that.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.athena.catalog import DEFAULT_DATABASE, GlueCatalog, is_view
from local_aws.athena.classify import classify
from local_aws.athena.ddl.reader import check_hive_name, read_statement
from local_aws.athena.ddl.statements import Describe, Show
from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.statement_text import echoed, single_statement
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.athena.ddl.statements import Statement
    from local_aws.clients import Clients

_TOKEN_BYTES = 128


@dataclass(frozen=True)
class Accepted:
    """A statement that may run: its text and database as they are kept, and its two types."""

    query: str
    database: str | None
    statement_type: str
    substatement_type: str


def invalid(message: str, code: str = "INVALID_INPUT") -> ApiError:
    """Return an InvalidRequestException with its AthenaErrorCode."""
    return ApiError("InvalidRequestException", message, extra={"AthenaErrorCode": code})


def check_token(token: str | None) -> None:
    """Raise `ApiError` for a request without a token and for one of too many bytes."""
    if not token:
        raise invalid("clientRequestToken is null or empty")
    if len(token.encode()) > _TOKEN_BYTES:
        raise invalid(f"clientRequestToken exceeds maximum allowed length {_TOKEN_BYTES}")


def check_location(parameters: Mapping[str, Any]) -> None:
    """Raise `ApiError` for an output location that is no address in S3."""
    requested = (parameters.get("ResultConfiguration") or {}).get("OutputLocation")
    if requested and not str(requested).startswith("s3://"):
        raise invalid("outputLocation is not a valid S3 path.")


def accept(
    text: str, database: str | None, clients: Clients, problem_of: Callable[[str], QueryError | None]
) -> Accepted:
    """Return a statement that may run, or raise `ApiError` for what Athena refuses at once.

    `problem_of` tells why a text is no statement; it reads long ones elsewhere, with a deadline.
    """
    try:
        query = single_statement(text)
    except QueryError as error:
        raise _malformed(error) from error
    problem = problem_of(query)
    if isinstance(problem, UnsupportedError):  # a statement of Athena all the same: it fails when it runs
        return Accepted(query, database, *classify(query))
    if problem is not None:
        raise _malformed(problem)
    statement_type, substatement_type = classify(query)
    if statement_type == "UTILITY":
        about = _described(read_statement(query), database or DEFAULT_DATABASE, clients)
        if about is not None and is_view(about):
            substatement_type = "DESC_VIEW"
        elif about is not None:
            _check_quotes(query)
    kept, kept_database = echoed(query, database)
    return Accepted(kept, kept_database, statement_type, substatement_type)


def _malformed(error: QueryError) -> ApiError:
    if error.name == "DATACATALOG_NOT_FOUND":
        return invalid(error.message, error.name)
    return invalid(error.reason.removeprefix("SYNTAX_ERROR: "), "MALFORMED_QUERY")


def _check_quotes(query: str) -> None:
    """Raise `ApiError` for a table in double quotes. Measured: existence is checked before, and views may have them."""
    try:
        check_hive_name(query)
    except QueryError as error:
        raise _malformed(error) from error


def _described(statement: Statement, database: str, clients: Clients) -> Mapping[str, Any] | None:
    """Return what DESCRIBE or SHOW COLUMNS names; raises `ApiError` when it names nothing at all.

    Measured: with EXTENDED or FORMATTED, DESCRIBE of a missing table fails when it runs instead.
    """
    is_columns = isinstance(statement, Show) and statement.what == "COLUMNS"
    if not isinstance(statement, Describe | Show) or not (is_columns or isinstance(statement, Describe)):
        return None
    if statement.name is None or (isinstance(statement, Describe) and statement.form):
        return None
    answer = GlueCatalog(clients).raw_table(
        statement.name[0] or database.strip("`").lower(), statement.name[1]
    )
    if answer is None:
        raise invalid(
            "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException;"
            f" Request ID: {uuid.uuid4()}; Proxy: null)"
        )
    return answer
