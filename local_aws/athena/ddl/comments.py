"""Comments that Athena's Hive side cannot read. Measured: section 9."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.catalog import is_view
from local_aws.athena.ddl.context import hive_error
from local_aws.athena.ddl.cursor import Cursor
from local_aws.athena.ddl.statements import AddColumns, Describe, Repair, Show
from local_aws.athena.errors import SYSTEM_ERROR
from local_aws.athena.sql.parse import Source

if TYPE_CHECKING:
    from local_aws.athena.ddl.context import Context
    from local_aws.athena.ddl.statements import Statement


def check_comments(statement: Statement, text: str, context: Context) -> None:
    """Raise `QueryError` for a comment between `/*` and `*/` in a statement that Hive's parser reads.

    These are DESCRIBE, SHOW CREATE TABLE, MSCK REPAIR TABLE and ALTER TABLE ADD COLUMNS of a table that is no view;
    comments behind `--` are passed over.
    """
    is_shown = isinstance(statement, Show) and statement.what == "CREATE TABLE"
    if not is_shown and not isinstance(statement, Describe | Repair | AddColumns):
        return
    comment = Cursor(text).block_comment
    if comment is None or not isinstance(statement, Show | Describe | Repair | AddColumns):
        return
    answer = context.catalog.raw_table(*context.full_name(statement.name)) if statement.name else None
    if answer is not None and is_view(answer):
        return
    place = Source(text).position(comment.start)
    first = (comment.text.split() or ["*"])[0]
    raise hive_error(
        f"ParseException line {place.line}:{place.column - 1} cannot recognize input near '/' '*' '{first}'",
        category=SYSTEM_ERROR,
        error_type=1003,
    )
