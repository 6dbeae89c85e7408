"""The way in: a query's syntax tree to DuckDB SQL with its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.sql import digests as digests
from local_aws.athena.sql import sketches as sketches
from local_aws.athena.sql.queries import QueryCompiler

if TYPE_CHECKING:
    from sqlglot import exp

    from local_aws.athena.sql.compiled import CompiledQuery
    from local_aws.athena.sql.session import Session


def compile_query(node: exp.Expr, session: Session) -> CompiledQuery:
    """Compile a SELECT, VALUES, set operation or WITH; what it reads is in `session.scans` afterwards.

    Raises `QueryError` with Athena's message for what is wrong, `UnsupportedError` for what is not available here.
    """
    return QueryCompiler(session, {}).compile(node)
