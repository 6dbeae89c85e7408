"""Reading the words of a statement one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.parse import Source

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")"""
    r"""|(?P<quoted>`(?:[^`]|``)*`)"""
    r"""|(?P<word>[A-Za-z_0-9$][\w$]*)"""
    r"""|(?P<symbol>.)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Word:
    """One token; `kind` is string, quoted, word or symbol, `text` what it says without its quotes."""

    kind: str
    text: str
    raw: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.raw)


@dataclass
class Cursor:
    """A place in a statement's words."""

    text: str
    words: list[Word] = field(init=False)
    index: int = 0
    block_comment: Word | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.words = []
        for match in _TOKEN.finditer(self.text):
            kind = str(match.lastgroup)
            raw = match.group(0)
            if kind == "space":
                if raw.startswith("/*") and self.block_comment is None:
                    self.block_comment = Word(kind, raw[2:-2].strip(), raw, match.start())
                continue
            self.words.append(Word(kind, _unquoted(kind, raw), raw, match.start()))
        while self.words and self.words[-1].raw == ";":
            self.words.pop()

    @property
    def current(self) -> Word | None:
        """The word at the cursor, None at the end."""
        return self.words[self.index] if self.index < len(self.words) else None

    def at(self, *words: str) -> bool:
        """Tell whether these words come next, in any case."""
        following = self.words[self.index : self.index + len(words)]
        return len(following) == len(words) and all(
            word.kind in ("word", "symbol") and word.raw.upper() == wanted
            for word, wanted in zip(following, words, strict=True)
        )

    def accept(self, *words: str) -> bool:
        """Step over these words if they come next."""
        if not self.at(*words):
            return False
        self.index += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Step over these words; raises `QueryError` when they do not come next."""
        if not self.accept(*words):
            raise self.unexpected(*words)

    def take(self, *kinds: str) -> Word:
        """Step over one word of one of these kinds and give it."""
        word = self.current
        if word is None or word.kind not in kinds:
            raise self.unexpected(
                *({"string": "a string", "word": "a name"}.get(kind, kind) for kind in kinds)
            )
        self.index += 1
        return word

    def name(self) -> str:
        """Give one name, in lower case as Glue keeps it; double quotes are taken as well as back quotes."""
        return self.take("word", "quoted", "string").text.lower()

    def hive_name(self, *, whole: bool, after: str = "") -> tuple[str | None, str]:
        """Return a qualified name of Hive's grammar, which has no double quotes.

        Measured: a first part in double quotes is told with the statement up to it when Hive's grammar reads that as a
        `whole` (DESCRIBE, ALTER, CREATE TABLE), and alone otherwise; a later part with the name, or the whole.
        """
        first = self.index
        name = self.qualified_name(after)
        for word in self.words[first : self.index]:
            if word.kind == "string":
                raise self.double_quoted(word, self.words[first], whole=whole)
        return name

    def trino_name(self) -> tuple[str | None, str]:
        """Return a qualified name of Trino's grammar, which has no back quotes."""
        first = self.index
        name = self.qualified_name()
        for word in self.words[first : self.index]:
            if word.kind == "quoted":
                message = "backquoted identifiers are not supported; use double quotes to quote identifiers"
                raise QueryError("SYNTAX_ERROR", message, Source(self.text).position(word.start))
        return name

    def double_quoted(self, word: Word, first: Word, *, whole: bool) -> QueryError:
        """Make the error of a part in double quotes, of a name that begins with `first`."""
        if word is first and not whole:
            message = f"mismatched input '{word.raw}' expecting {{IDENTIFIER, BACKQUOTED_IDENTIFIER}}"
        else:
            start = self.words[0].start if whole else first.start
            message = f"no viable alternative at input '{self.text[start : word.end]}'"
        return QueryError("SYNTAX_ERROR", message, Source(self.text).position(word.start))

    def qualified_name(self, after: str = "") -> tuple[str | None, str]:
        """Give a database (None when there is none) and a table; a catalog in front has to be the Glue catalog.

        `after` is what may follow the name, where a fourth part is told by it; measured for DROP TABLE.
        """
        parts = [self.name()]
        while self.accept("."):
            if after and len(parts) == 3:
                self.index -= 1
                raise self.mismatched(after)
            parts.append(self.name())
        if len(parts) > 3:
            raise QueryError("SYNTAX_ERROR", f"Invalid table name {'.'.join(parts)}")
        if len(parts) == 3 and parts[0] != "awsdatacatalog":
            raise QueryError("DATACATALOG_NOT_FOUND", f"Catalog '{parts[0]}' does not exist")
        parts = parts[-2:]
        return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])

    def string(self) -> str:
        """Give the content of a string."""
        return self.take("string").text

    def squeezed(self) -> str:
        """Return the content of a string of prose, with each run of white space as one blank."""
        return _squeezed(self.string())

    def number(self) -> int:
        """Give a whole number."""
        word = self.take("word")
        if not word.text.isdigit():
            raise self.unexpected("a number")
        return int(word.text)

    def properties(self) -> dict[str, str]:
        """Read `('key'='value', ...)`."""
        found: dict[str, str] = {}
        self.expect("(")
        while True:
            key = self.string()
            self.expect("=")
            found[key] = _squeezed(self.take("string", "word").text)
            if not self.accept(","):
                break
        self.expect(")")
        return found

    def rest(self) -> str:
        """Give everything from here to the end, as it is written."""
        if self.current is None:
            return ""
        text = self.text[self.current.start : self.words[-1].end]
        self.index = len(self.words)
        return text

    def inside_parentheses(self) -> str:
        """Give what stands between the parenthesis at the cursor and the one that closes it, and step behind that."""
        self.expect("(")
        start = self.words[self.index - 1].end
        depth = 1
        while depth:
            word = self.current
            if word is None:
                raise self.unexpected(")")
            depth += {"(": 1, ")": -1}.get(word.raw, 0) if word.kind == "symbol" else 0
            self.index += 1
        return self.text[start : self.words[self.index - 1].start]

    def in_place(self, part: str, offset: int) -> str:
        """Give a part of the statement with blanks in front, so that lines and columns are those of the whole."""
        return in_place(self.text, part, offset)

    def end(self) -> None:
        """Raise `QueryError` unless the statement ends here."""
        if self.current is not None:
            raise self.unexpected("<EOF>")

    def unexpected(self, *expected: str) -> QueryError:
        """Make the error of a word that cannot stand here."""
        word = self.current
        found = word.raw if word is not None else "<EOF>"
        offset = word.start if word is not None else len(self.text)
        wanted = ", ".join(item if " " in item or item.startswith("<") else f"'{item}'" for item in expected)
        return QueryError(
            "SYNTAX_ERROR",
            f"mismatched input '{found}'. Expecting: {wanted}",
            Source(self.text).position(offset),
        )

    def mismatched(self, after: str) -> QueryError:
        """Make the error of a word in the form that the parser of the Hive side has; `after` is what it expects."""
        word = self.current or self.words[-1]
        return QueryError(
            "SYNTAX_ERROR",
            f"mismatched input '{word.raw}' expecting {{{after}}}",
            Source(self.text).position(word.start),
        )

    def no_viable(self) -> QueryError:
        """Make the error of a word at which the parser of the Hive side has no way to go on. Measured: section 9."""
        word = self.current or self.words[-1]
        return QueryError(
            "SYNTAX_ERROR",
            f"no viable alternative at input '{self.text[self.words[0].start : word.end]}'",
            Source(self.text).position(word.start),
        )


def in_place(text: str, part: str, offset: int) -> str:
    """Give `part`, which stands at `offset` of `text`, behind as many blanks and line ends as stand before it."""
    return re.sub(r"[^\n]", " ", text[:offset]) + part


_BLANKS = re.compile(r"\s{2,}")


def _squeezed(text: str) -> str:
    """Return what Athena stores of a property or of a table's comment: two and more blanks or line ends are one blank.

    Measured by PyAthena's suite, run on AWS: a line end that stands alone stays.
    """
    return _BLANKS.sub(" ", text)


_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a"}


def _unquoted(kind: str, raw: str) -> str:
    if kind == "quoted":
        return raw[1:-1].replace("``", "`")
    if kind != "string":
        return raw
    quote = raw[0]
    inner = raw[1:-1].replace(quote * 2, quote)
    # AWS rule: Hive's strings know \t and \n, octal \001 and \u0001; another character stands for itself.
    inner = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m.group(1), 16)), inner)
    inner = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), inner)
    return re.sub(
        r"\\(.)",
        lambda m: _ESCAPES.get(m.group(1), m.group(1) if m.group(1) in "'\"\\;" else m.group(0)),
        inner,
    )
