"""How sqlglot reads Athena's SQL for us: Trino's grammar, with every function call left as it was written.

sqlglot gives many functions a meaning of its own and forgets their names and their order of arguments. Here a call
stays a name with arguments, so that the function table alone decides what it means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser

if TYPE_CHECKING:
    from collections.abc import Callable

# Calls whose arguments are not a plain list: they keep their own grammar.
_OWN_GRAMMAR = frozenset(
    {"CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING", "LISTAGG", "NORMALIZE"}
)


TYPED_LITERAL = "typed_literal"


def _typed_literal(_: Any, literal: exp.Expr, kind: exp.DataType) -> exp.Cast:
    """Read `DATE '2020-01-01'`: a cast that remembers that it is a literal."""
    node = exp.Cast(this=literal, to=kind)
    node.meta[TYPED_LITERAL] = True
    return node


def _placed(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make a parser note where the call starts: sqlglot only does so for calls without a grammar of their own."""

    def parse_with_place(parser: Any) -> Any:
        word = parser._tokens[parser._index - 2]
        node = parse(parser)
        if isinstance(node, exp.Expr):
            node.meta.setdefault("start", word.start)
            node.meta.setdefault("end", word.end)
        return node

    return parse_with_place


class AthenaParser(TrinoParser):
    """Trino's parser without knowledge of functions."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: _placed(parse) for name, parse in TrinoParser.FUNCTION_PARSERS.items() if name in _OWN_GRAMMAR
    }
    TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
        **dict.fromkeys(exp.DType, _typed_literal),
        **TrinoParser.TYPE_LITERAL_PARSERS,
    }


class AthenaDialect(Trino):
    """The dialect to give to `sqlglot.parse`. Subscripts stay as they are written: arrays start at 1 here too."""

    INDEX_OFFSET = 0

    Parser = AthenaParser
