"""How sqlglot reads Athena's SQL for us: Trino's grammar, with every function call left as it was written.

sqlglot gives many functions a meaning of its own and forgets their names and their order of arguments. Here a call
stays a name with arguments, so that the function table alone decides what it means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

from local_aws.athena.sql import json_grammar, json_table_grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What sqlglot reads in every dialect and Athena in none: casts with `::`, other ways to compare, joins of DuckDB.
_NO_WORDS = """
:: ?:: == <=> := && ?? ~~~ ~~ ~~* ~* -|- <-> <<->> &< &> |> #> #>> ->> ISNULL NOTNULL DIV XOR ILIKE RLIKE REGEXP
GLOB ASOF SEMI ANTI
"""
_NO_KEYWORDS = frozenset({*_NO_WORDS.split(), "SIMILAR TO"})
_NO_CHARACTERS = frozenset("!^~#@")
# Names of types that are keywords to sqlglot; those of Trino, and no others, keep their meaning.
_TYPES = """
NULL ROW UUID ARRAY BOOLEAN TINYINT SMALLINT INTEGER INT BIGINT DEC DECIMAL NUMERIC REAL DOUBLE JSON CHAR VARCHAR
VARBINARY TIME TIMESTAMP DATE INTERVAL MAP UNION UNKNOWN IPADDRESS TDIGEST HYPERLOGLOG RANGE
"""
_TYPE_NAMES = frozenset({*_TYPES.split(), "DOUBLE PRECISION"})

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


def _keywords_of(known: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keywords that are Athena's: a word that is none is a name, or an error where no name can be."""
    types = set(TrinoParser.TYPE_TOKENS)
    return {
        word: token
        for word, token in known.items()
        if word not in _NO_KEYWORDS and (token not in types or word in _TYPE_NAMES)
    }


_JSON_PARSERS = {**json_grammar.PARSERS, "JSON_TABLE": json_table_grammar.json_table}


class AthenaParser(TrinoParser):
    """Trino's parser without knowledge of functions."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    # What may stand behind ANY, ALL, SOME and EXISTS in parentheses.
    SUBQUERY_TOKENS: ClassVar[set[TokenType]] = {
        *TrinoParser.SUBQUERY_TOKENS,
        TokenType.VALUES,
        TokenType.TABLE,
    }
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: _placed(parse)
        for name, parse in (*TrinoParser.FUNCTION_PARSERS.items(), *_JSON_PARSERS.items())
        if name in _OWN_GRAMMAR or name in _JSON_PARSERS
    }
    TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
        **dict.fromkeys(exp.DType, _typed_literal),
        exp.DType.JSON: TrinoParser.TYPE_LITERAL_PARSERS[exp.DType.JSON],
    }

    def _parse_join(self, *arguments: Any, **options: Any) -> exp.Join | None:
        """Read one more item of FROM; one behind a comma is marked: a JOIN needs a condition, and it does not."""
        comma = self._curr is not None and self._curr.token_type == TokenType.COMMA
        join = super()._parse_join(*arguments, **options)
        if comma and join is not None:
            join.set("kind", "COMMA")
        return join


class AthenaDialect(Trino):
    """The dialect to give to `sqlglot.parse`. Subscripts stay as they are written: arrays start at 1 here too."""

    INDEX_OFFSET = 0
    NUMBERS_CAN_BE_UNDERSCORE_SEPARATED = True

    class Tokenizer(Trino.Tokenizer):
        """Trino's words and signs, without those that sqlglot takes from other databases."""

        KEYWORDS: ClassVar[dict[str, TokenType]] = _keywords_of(Trino.Tokenizer.KEYWORDS)
        SINGLE_TOKENS: ClassVar[dict[str, TokenType]] = {
            sign: token for sign, token in Trino.Tokenizer.SINGLE_TOKENS.items() if sign not in _NO_CHARACTERS
        }

    Parser = AthenaParser
