"""One statement from its text, and places in that text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from local_aws.athena.errors import Position, QueryError
from local_aws.athena.sql.dialect import AthenaDialect
from local_aws.athena.sql.grammar import check_tree, check_words


@dataclass(frozen=True)
class Source:
    """The text of a statement; turns offsets into lines and columns."""

    text: str

    def position(self, offset: int) -> Position:
        """Give the place of the character at `offset`."""
        before = self.text[:offset]
        return Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)

    def of(self, node: exp.Expr | None) -> Position | None:
        """Give the place where `node` starts, as far as the tree knows it."""
        if node is None:
            return None
        start = _first_offset(node)
        return None if start is None else self.position(start)

    def before(self, node: exp.Expr) -> Position | None:
        """Give the place of the word in front of `node`: that of the type of a literal with a type."""
        start = _first_offset(node)
        if start is None:
            return None
        words = [token for token in self.tokens if token.start < start]
        return self.position(words[-1].start) if words else self.position(start)

    def word_before(self, node: exp.Expr, word: str) -> Position | None:
        """Give the place of the nearest `word` in front of `node`."""
        start = _first_offset(node)
        if start is None:
            return None
        return self.last_word(word, start)

    def last_word(self, word: str, before: int) -> Position:
        """Give the place of the last word that ends in `word` in front of the offset `before`."""
        places = [
            token.start for token in self.tokens if token.start < before and token.text.upper().endswith(word)
        ]
        return self.position(places[-1] if places else before)

    def operator(self, left: exp.Expr, symbols: tuple[str, ...]) -> Position | None:
        """Give the place of the first of `symbols` after `left`: Trino reports an operator there."""
        end = _last_offset(left)
        if end is None:
            return self.of(left)
        for token in self.tokens:
            if token.start > end and token.text.upper() in symbols:
                return self.position(token.start)
        return self.of(left)

    @cached_property
    def tokens(self) -> list[Token]:
        """The statement's tokens."""
        return list(sqlglot.tokenize(_without_blanks(self.text), read=AthenaDialect))


_BINARY = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(?<!\w)([xX]')([^']*\s[^']*)'", re.DOTALL
)


def _without_blanks(text: str) -> str:
    """Move the blanks that a binary literal may have (`X'68 65'`) behind it: offsets in the text stay what they are."""

    def moved(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return match.group()
        digits = re.sub(r"\s", "", match.group(2))
        return match.group(1) + digits + "'" + " " * (len(match.group(2)) - len(digits))

    return _BINARY.sub(moved, text)


def _offsets(node: exp.Expr) -> list[tuple[int, int]]:
    return [(n.meta["start"], n.meta["end"]) for n in node.walk() if "start" in n.meta]


def _first_offset(node: exp.Expr) -> int | None:
    found = _offsets(node)
    return min(start for start, _ in found) if found else None


def _last_offset(node: exp.Expr) -> int | None:
    found = _offsets(node)
    return max(end for _, end in found) if found else None


_QUERIES = (exp.Query, exp.Values, exp.Table)


def parse_statement(text: str) -> exp.Expr:
    """Read one query; raises `QueryError` (SYNTAX_ERROR) for what is none, or more than one."""
    source = Source(text)
    try:
        check_words(source)
        parsed = sqlglot.parse(_without_blanks(text), read=AthenaDialect)
    except TokenError as error:
        raise _token_error(source, error) from None
    except ParseError as error:
        raise _parse_error(source, error) from None
    statements = [statement for statement in parsed if statement is not None]
    if len(statements) != 1:
        raise QueryError("SYNTAX_ERROR", f"Only one sql statement is allowed. Got: {text}")
    if not isinstance(statements[0], _QUERIES):
        first = source.tokens[0]
        raise QueryError(
            "SYNTAX_ERROR",
            f"mismatched input '{first.text}'. Expecting: <query>",
            source.position(first.start),
        )
    check_tree(statements[0], source)
    return statements[0]


def _token_error(source: Source, error: TokenError) -> QueryError:
    quote = source.text.find("'")
    place = source.position(max(quote, 0))
    return QueryError("SYNTAX_ERROR", f"the text cannot be read: {error}", place)


def _parse_error(source: Source, error: ParseError) -> QueryError:
    detail = error.errors[0] if error.errors else {}
    description = str(detail.get("description") or error)
    token = _token_at(source, str(detail.get("start_context", "")), str(detail.get("highlight", "")))
    if token is not None and description.startswith("Expected TYPE"):
        place = source.last_word("CAST", token.start)
        return QueryError("TYPE_NOT_FOUND", f"Unknown type: {_type_text(source, token)}", place)
    if token is None or re.search(r"SENTINEL|missing", description):
        end = len(source.text)
        return QueryError("SYNTAX_ERROR", "mismatched input '<EOF>'", source.position(end))
    return QueryError("SYNTAX_ERROR", f"mismatched input '{token.text}'", source.position(token.start))


def _type_text(source: Source, first: Token) -> str:
    """Give the text of a type that starts with the token `first`, with what stands in parentheses behind it."""
    depth, end = 0, first.end
    for token in source.tokens:
        if token.start <= first.start:
            continue
        if depth == 0 and token.token_type != TokenType.L_PAREN:
            break
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        end = token.end
        if depth == 0:
            break
    return source.text[first.start : end + 1].lower()


def _token_at(source: Source, before: str, highlighted: str) -> Token | None:
    if not highlighted:
        return None
    start = source.text.find(before + highlighted) + len(before)
    for token in source.tokens:
        if token.start >= start and token.token_type != TokenType.SEMICOLON:
            return token
    return None


_WORD = re.compile(
    r"\s+|--[^\n]*|/\*.*?\*/|([A-Za-z_]\w*)|('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`)|(.)", re.DOTALL
)


def leading_keywords(text: str, count: int) -> list[str]:
    """Give the first words of a statement in upper case, comments and quoted names apart; `(` only as the first."""
    words: list[str] = []
    for match in _WORD.finditer(text):
        if match.group(1):
            words.append(match.group(1).upper())
        elif match.group(3) == "(" and not words:
            words.append("(")
        if len(words) >= count:
            break
    return words


def semicolons(text: str) -> list[int]:
    """Return the offsets of the semicolons outside strings, quoted names and comments."""
    return [match.start() for match in _WORD.finditer(text) if match.group(3) == ";"]
