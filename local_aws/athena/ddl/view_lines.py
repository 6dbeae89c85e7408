"""The query of a view as SHOW CREATE VIEW prints it: the engine's own layout of it."""

from __future__ import annotations

from sqlglot import exp

from local_aws.athena.sql.parse import parse_statement


def view_lines(query: str) -> list[str]:
    """Return a query line by line, columns of one table in the layout that was measured (section 10).

    AS is dropped, several columns stand one to a line, FROM stands alone. The layout of other queries is not known:
    they stay as they were written.
    """
    tree = parse_statement(query)
    clauses = {name for name, value in tree.args.items() if value}
    if not isinstance(tree, exp.Select) or not clauses <= {"expressions", "from_"}:
        return query.split("\n")
    items = [_item(item) for item in tree.expressions]
    from_ = tree.args.get("from_")
    table = None if from_ is None else _table(from_.this)
    if None in items or (from_ is not None and table is None):
        return query.split("\n")
    written = [item for item in items if item is not None]
    lines = [f"SELECT {written[0]}"]
    if len(written) > 1:
        lines = ["SELECT", f"  {written[0]}", *(f", {item}" for item in written[1:])]
    return lines if table is None else [*lines, "FROM", f"  {table}"]


def _item(item: exp.Expr) -> str | None:
    if isinstance(item, exp.Alias):
        value, name = _item(item.this), _name(item.args["alias"])
        return None if value is None or name is None else f"{value} {name}"
    if isinstance(item, exp.Column):
        return _dotted(item.parts)
    if isinstance(item, exp.Literal):
        return "'" + item.this.replace("'", "''") + "'" if item.is_string else str(item.this)
    return "*" if isinstance(item, exp.Star) else None


def _table(node: exp.Expr) -> str | None:
    has_more = isinstance(node, exp.Table) and any(
        value for name, value in node.args.items() if name not in ("this", "db", "catalog")
    )
    return None if not isinstance(node, exp.Table) or has_more else _dotted(node.parts)


def _dotted(parts: list[exp.Expr]) -> str | None:
    names = [_name(part) for part in parts]
    return None if None in names else ".".join(name for name in names if name is not None)


def _name(part: exp.Expr) -> str | None:
    if isinstance(part, exp.Star):
        return "*"
    if not isinstance(part, exp.Identifier):
        return None
    return f'"{part.name}"' if part.quoted else part.name
