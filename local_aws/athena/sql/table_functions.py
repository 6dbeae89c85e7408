"""What else can stand in FROM: TABLE(sequence(...)) and TABLESAMPLE."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce

if TYPE_CHECKING:
    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.queries import QueryCompiler
    from local_aws.athena.sql.types import Type

_METHODS = ("BERNOULLI", "SYSTEM")
_SEQUENCE = ("start", "stop", "step")


def table_function(compiler: Compiler, node: exp.Anonymous) -> tuple[str, Type]:
    """Return the query of a table function with its one column c1; refuses by name all but `sequence`."""
    place = compiler.place(node)
    inner = node.expressions[0] if str(node.this).upper() == "TABLE" and len(node.expressions) == 1 else None
    if not isinstance(inner, exp.Anonymous) or str(inner.this).lower() != "sequence":
        name = inner.this if isinstance(inner, exp.Anonymous) else node.this
        raise UnsupportedError(f"The table function {name}", place)
    arguments: dict[str, str] = {}
    for position, item in enumerate(inner.expressions):
        named = isinstance(item, exp.Kwarg)
        name = item.this.name.lower() if named else _SEQUENCE[min(position, 2)]
        value = compiler.compile(item.expression if named else item)
        if name not in _SEQUENCE or name in arguments or not types.can_coerce(value.type, types.BIGINT):
            raise QueryError(
                "INVALID_FUNCTION_ARGUMENT", f"Invalid argument {name.upper()} of sequence", place
            )
        arguments[name] = coerce(value, types.BIGINT).sql
    if "stop" not in arguments:
        raise QueryError("MISSING_ARGUMENT", "Missing argument: STOP", place)
    first, last, step = arguments.get("start", "0"), arguments["stop"], arguments.get("step", "1")
    return f"SELECT unnest(steps_from_to({first}, {last}, {step})) AS c1", types.BIGINT


def sampled(source: str, node: exp.Expr, queries: QueryCompiler) -> str:
    """Return what a relation reads with its TABLESAMPLE: each row is taken with the given chance."""
    sample = node.args.get("sample")
    if sample is None:
        return source
    place = queries.session.source.of(node)
    method, percent = sample.args.get("method"), sample.args.get("percent")
    if method is None or method.name.upper() not in _METHODS or not isinstance(percent, exp.Literal):
        raise UnsupportedError("TABLESAMPLE with other than a method and a literal percentage", place)
    share = float(percent.this)
    if not 0 <= share <= 100:
        raise QueryError("INVALID_ARGUMENTS", "Sample percentage must be between 0 and 100", place)
    if share == 100:
        return source
    return f"(SELECT * FROM {source} WHERE random() * 100 < {share})"
