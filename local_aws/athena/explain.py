"""EXPLAIN: the plan of the query here. It is DuckDB's and not Trino's: the engines differ, and so do their plans."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_aws.athena.ddl.context import TextResult, text_column
from local_aws.athena.errors import UnsupportedError

if TYPE_CHECKING:
    from local_aws.athena.ddl.statements import Explain
    from local_aws.athena.engine import RunningQuery
    from local_aws.athena.sql.compiled import CompiledQuery


def explain(running: RunningQuery, query: CompiledQuery, statement: Explain) -> TextResult:
    """Give the plan as lines under the column `Query Plan`; with ANALYZE the query is run for it.

    Raises `UnsupportedError` for the forms that say something about Trino itself.
    """
    kind = statement.options.get("TYPE", "DISTRIBUTED")
    form = statement.options.get("FORMAT", "TEXT")
    if kind == "VALIDATE":
        return TextResult([text_column("Valid", "boolean")], ["Valid", "true", ""])
    if kind == "IO" or form == "GRAPHVIZ":
        raise UnsupportedError(f"EXPLAIN with {'TYPE IO' if kind == 'IO' else 'FORMAT GRAPHVIZ'}")
    words = "EXPLAIN (ANALYZE, FORMAT JSON)" if statement.analyze else "EXPLAIN (FORMAT JSON)"
    if form == "TEXT":
        words = "EXPLAIN ANALYZE" if statement.analyze else "EXPLAIN"
    rows = running.connection.execute(f"{words} {running.complete(query.sql)}").fetchall()
    plan = str(rows[0][1])
    if form == "JSON":
        plan = json.dumps(json.loads(plan), indent=2)
    column = text_column("Query Plan", "varchar") | {"Precision": len(plan), "CaseSensitive": True}
    # Measured: one line to a row, the name of the column first; a plan as text ends in three empty rows, JSON in one.
    ending = [""] if form == "JSON" else ["", "", ""]
    return TextResult([column], ["Query Plan", *plan.rstrip("\n").split("\n"), *ending])
