"""What a statement is carried out with, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local_aws.athena.errors import SYSTEM_ERROR, USER_ERROR, QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.athena.catalog import GlueCatalog
    from local_aws.athena.ddl.statements import Name
    from local_aws.clients import Clients


@dataclass(frozen=True)
class TextResult:
    """Lines of text under columns; a line has the values of all columns with tabs between them."""

    columns: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[str] = ()
    update_count: int | None = None


@dataclass(frozen=True)
class Context:
    """Where a statement is carried out; `database` is the one that names without one are looked up in.

    `catalog_name` is that of the call. Only statements that change rows look at it: DDL and SHOW run in Athena's own
    catalog whatever it is (measured, section 11).
    """

    clients: Clients
    catalog: GlueCatalog
    database: str
    now_seconds: float
    catalog_name: str = "awsdatacatalog"
    warnings: list[str] = field(default_factory=list)

    def full_name(self, name: Name) -> tuple[str, str]:
        """Give database and table of a name."""
        return name[0] or self.database, name[1]

    def table(self, name: Name, error_type: int | None = None) -> Mapping[str, Any]:
        """Give Glue's answer for a table; raises `QueryError`, of `error_type`, when it is not there."""
        database, table = self.full_name(name)
        answer = self.catalog.raw_table(database, table)
        if answer is None:
            raise hive_error(
                f"SemanticException [Error 10001]: Table not found {database}.{table}", error_type=error_type
            )
        return answer


def hive_error(
    message: str,
    *,
    error_type: int | None = None,
    category: int = USER_ERROR,
    error_message: str | None = None,
) -> QueryError:
    """Make the error of a statement that Athena gives to its Hive part; the reason starts with FAILED."""
    return QueryError("FAILED", message, None, category, False, error_type, error_message)


def database_missing(database: str) -> QueryError:
    """Make the error of a database that is not there. Measured: category 1, type 1502, another text as its message."""
    return hive_error(
        f"SemanticException [Error 10072]: Database does not exist: {database}",
        category=SYSTEM_ERROR,
        error_type=1502,
        error_message=(
            f"com.facebook.presto.spi.PrestoException: Database {database} not found."
            " (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException)"
        ),
    )


def ddl_task_error(
    message: str,
    *,
    error_type: int | None = None,
    category: int = USER_ERROR,
    error_message: str | None = None,
) -> QueryError:
    """Make the error of a statement that Hive's DDL task refuses."""
    return hive_error(
        f"Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {message}",
        error_type=error_type,
        category=category,
        error_message=error_message,
    )


def glue_error(error: ClientError) -> QueryError:
    """Turn a refusal by Glue into the error that Athena's Hive part reports."""
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "")
    if code == "ValidationException":
        # Measured with a line end in the comment of a column.
        return ddl_task_error(f"{code}: {message}", category=SYSTEM_ERROR, error_type=1502)
    return ddl_task_error(f"{code}: {message}")


def text_column(name: str, kind: str = "string") -> dict[str, Any]:
    """Describe a column of a SHOW or DESCRIBE result; measured: no digits, not case sensitive."""
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": 0,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": False,
    }


def table_input(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give the part of Glue's answer for a table that UpdateTable takes back."""
    kept = (
        "Name",
        "Description",
        "Owner",
        "Retention",
        "StorageDescriptor",
        "PartitionKeys",
        "ViewOriginalText",
        "ViewExpandedText",
        "TableType",
        "Parameters",
    )
    return {key: answer[key] for key in kept if answer.get(key) not in (None, "")}
