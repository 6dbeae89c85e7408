"""Running a statement of the corpus through the API, and writing what came of it as the files do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tests.conformance.athena.corpus import Outcome, describe

if TYPE_CHECKING:
    from tests.conformance.athena.corpus import Case
    from tests.integration.athena.lake import Lake


def run(lake: Lake, case: Case) -> Outcome:
    """Run one statement to its end."""
    try:
        execution = lake.run(case.sql.replace("${bucket}", lake.bucket))
    except ClientError as error:  # a statement that is refused at once
        return Outcome("", (), error.response["Error"]["Message"])
    if execution["Status"]["State"] != "SUCCEEDED":
        reason = str(execution["Status"].get("StateChangeReason"))
        return Outcome("", (), _without_chance(reason, lake))
    answer = lake.clients.client("athena").get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    rows = lake.results_of(execution)
    outcome = describe(
        answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"],
        rows[1:]
        if execution["StatementType"] == "DML" and execution["SubstatementType"] != "EXPLAIN"
        else rows,
    )
    return Outcome(outcome.columns, tuple(_without_chance(row, lake) for row in outcome.rows), None)


def _without_chance(text: str, lake: Lake) -> str:
    """Replace what is different in every run."""
    named = text.replace(lake.database, "corpus").replace(lake.bucket, "bucket")
    return re.sub(r"(transient_lastDdlTime'=')\d+", r"\g<1>0", named)
