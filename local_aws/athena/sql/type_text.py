"""Types as they are written: in SQL (`array(row(a integer))`) and in Glue (`array<struct<a:int>>`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError
from local_aws.athena.sql import types
from local_aws.athena.sql.types import Type

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|`[^`]*`|[A-Za-z0-9_$\-.]+|[()<>,:])')

_SIMPLE: Mapping[str, Type] = {
    "boolean": types.BOOLEAN,
    "tinyint": types.TINYINT,
    "smallint": types.SMALLINT,
    "int": types.INTEGER,
    "integer": types.INTEGER,
    "bigint": types.BIGINT,
    "float": types.REAL,
    "real": types.REAL,
    "double": types.DOUBLE,
    "string": types.VARCHAR,
    "varchar": types.VARCHAR,
    "varbinary": types.VARBINARY,
    "binary": types.VARBINARY,
    "date": types.DATE,
    "time": types.TIME,
    "timestamp": types.TIMESTAMP,
    "timestamptz": types.TIMESTAMP_TZ,
    "json": types.JSON,
    "unknown": types.UNKNOWN,
    "uuid": Type("uuid"),
    "hyperloglog": Type("hyperloglog"),
    "setdigest": Type("setdigest"),
    "tdigest": Type("tdigest"),
    "color": Type("color"),
    "geometry": Type("geometry"),
    "sphericalgeography": Type("sphericalgeography"),
    "bingtile": Type("bingtile"),
    "ipaddress": Type("ipaddress"),
    "char": Type("char", (1,)),
    "decimal": types.decimal(38, 0),
    "function": types.FUNCTION,
}


@dataclass
class _Reader:
    """A cursor over the tokens of one type text."""

    text: str
    tokens: list[str] = field(default_factory=list)
    index: int = 0

    def __post_init__(self) -> None:
        position = 0
        stripped = self.text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise ValueError(f"{self.text!r} is not a type: unexpected character at {position}")
            self.tokens.append(match.group(1))
            position = match.end()

    def peek(self) -> str:
        return self.tokens[self.index] if self.index < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise ValueError(f"{self.text!r} is not a type: it ends too early")
        self.index += 1
        return token

    def expect(self, *allowed: str) -> str:
        token = self.take()
        if token not in allowed:
            raise ValueError(f"{self.text!r} is not a type: {token!r} where {' or '.join(allowed)} should be")
        return token


def parse_type(text: str) -> Type:
    """Read a type from its text, in Trino's or in Hive's spelling; raises `ValueError` when it is none."""
    reader = _Reader(text)
    kind = _read(reader)
    if reader.peek():
        raise ValueError(f"{text!r} is not a type: {reader.peek()!r} after its end")
    return kind


def _read(reader: _Reader) -> Type:
    name = reader.take().lower().strip('"`')
    if name in ("array", "map", "row", "struct", "function", "qdigest"):
        opening = reader.expect("(", "<")
        closing = ")" if opening == "(" else ">"
        if name in ("row", "struct"):
            return _read_row(reader, closing)
        arguments = _read_list(reader, closing)
        return Type(name, arguments=tuple(arguments))
    if name == "interval":
        words = [reader.take().lower() for _ in range(3)]
        return types.INTERVAL_DAY if words[0] == "day" else types.INTERVAL_YEAR
    parameters: tuple[int, ...] = ()
    if reader.peek() == "(":
        reader.take()
        numbers = [int(reader.take())]
        while reader.expect(",", ")") == ",":
            numbers.append(int(reader.take()))
        parameters = tuple(numbers)
    if name in ("timestamp", "time") and reader.peek().lower() == "with":
        for _ in range(3):
            reader.take()
        name += " with time zone"
        return Type(name, parameters or (types.DEFAULT_TIME_PRECISION,))
    return _simple(name, parameters, reader.text)


def _read_list(reader: _Reader, closing: str) -> list[Type]:
    found = [_read(reader)]
    while reader.expect(",", closing) == ",":
        found.append(_read(reader))
    return found


def _read_row(reader: _Reader, closing: str) -> Type:
    fields: list[tuple[str | None, Type]] = []
    while True:
        name: str | None = reader.take()
        if reader.peek() == ":":
            reader.take()
            kind = _read(reader)
        elif reader.peek() in (",", closing, "(", "<"):  # a field without a name
            reader.index -= 1
            name, kind = None, _read(reader)
        else:
            kind = _read(reader)
        fields.append((name.strip('"`') if name else None, kind))
        if reader.expect(",", closing) == closing:
            return types.row(tuple(fields))


def _simple(name: str, parameters: tuple[int, ...], text: str) -> Type:
    if name in ("decimal", "numeric", "dec") and parameters:
        return types.decimal(parameters[0], parameters[1] if len(parameters) > 1 else 0)
    if name in ("varchar", "char", "timestamp", "time") and parameters:
        return Type(name, parameters[:1])
    kind = _SIMPLE.get(name)
    if kind is not None:
        return kind
    if re.fullmatch(r"[A-Z]", name.upper()):  # a type variable of a function's signature
        return Type(name.upper())
    raise ValueError(f"{text!r} has the unknown type {name!r}")


def glue_type(text: str) -> Type:
    """Read a column's type from Glue. Hive's `decimal` without digits is `decimal(10, 0)`, reference 10.5."""
    lowered = text.strip().lower()
    if lowered == "decimal":
        return types.decimal(10, 0)
    return parse_type(lowered)


_NODE_NAMES = {
    exp.DType.INT: "integer",
    exp.DType.TEXT: "varchar",
    exp.DType.FLOAT: "real",
    exp.DType.TIMESTAMPTZ: "timestamptz",
    exp.DType.TIMETZ: "time with time zone",
    exp.DType.VARBINARY: "varbinary",
    exp.DType.BINARY: "varbinary",
}


def type_of_node(node: exp.DataType) -> Type:
    """Read the type of a CAST from its syntax tree; raises `QueryError` for a type that Trino does not have."""
    kind = node.this
    if kind == exp.DType.ARRAY:
        return types.array(type_of_node(node.expressions[0]))
    if kind == exp.DType.MAP:
        return types.map_of(type_of_node(node.expressions[0]), type_of_node(node.expressions[1]))
    if kind == exp.DType.STRUCT:
        return types.row(tuple(_field_of_node(item) for item in node.expressions))
    if kind == exp.DType.INTERVAL:
        unit = node.args.get("unit") or node.this
        return types.INTERVAL_YEAR if "YEAR" in str(unit).upper() else types.INTERVAL_DAY
    name = _NODE_NAMES.get(kind, kind.value.lower() if isinstance(kind, exp.DType) else str(kind).lower())
    parameters = tuple(int(item.name) for item in node.expressions if isinstance(item, exp.DataTypeParam))
    if name == "timestamptz":
        return types.timestamp_tz(parameters[0] if parameters else types.DEFAULT_TIME_PRECISION)
    if name == "time with time zone":
        return Type(name, parameters or (types.DEFAULT_TIME_PRECISION,))
    if name == "userdefined":
        name = str(node.args.get("kind") or "")
    try:
        return _simple(name, parameters, name)
    except ValueError:
        raise QueryError("TYPE_NOT_FOUND", f"Unknown type: {name}") from None


def _field_of_node(node: exp.Expr) -> tuple[str | None, Type]:
    if isinstance(node, exp.ColumnDef):
        kind = node.args["kind"]
        return node.name, type_of_node(kind)
    if isinstance(node, exp.DataType):
        return None, type_of_node(node)
    raise QueryError("SYNTAX_ERROR", f"{node.sql()} is not a field of a row")


def hive_text(kind: Type) -> str:
    """Write a type as Glue keeps it: `array<struct<a:int>>`; raises `QueryError` when Hive has no such type."""
    if kind.name == "array":
        return f"array<{hive_text(kind.arguments[0])}>"
    if kind.name == "map":
        return f"map<{hive_text(kind.arguments[0])},{hive_text(kind.arguments[1])}>"
    if kind.name == "row":
        names = types.row_field_names(kind)
        return (
            "struct<"
            + ",".join(f"{n}:{hive_text(t)}" for n, t in zip(names, kind.arguments, strict=True))
            + ">"
        )
    if kind.name == "decimal":
        return f"decimal({kind.parameters[0]},{kind.parameters[1]})"
    if kind.name in ("char", "varchar"):
        return f"{kind.name}({kind.parameters[0]})" if kind.parameters else "string"
    names_in_hive = {"integer": "int", "real": "float", "varbinary": "binary", "timestamp": "timestamp"}
    if kind.name in names_in_hive:
        return names_in_hive[kind.name]
    if kind.name in ("boolean", "tinyint", "smallint", "bigint", "double", "date"):
        return kind.name
    raise QueryError("NOT_SUPPORTED", f"Unsupported Hive type: {kind}")
