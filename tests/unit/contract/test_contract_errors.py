"""A malformed contract is refused with its file, the JSON path and what is allowed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lambda_transform.contract import ContractError, load_all, load_contract, parse_contract
from tests.unit.contract.contracts import columns, parse, small

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[dict[str, Any]], Any]


def _set(*path: str, value: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def _drop(*path: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


CASES: list[tuple[str, Change, str, str]] = [
    (
        "unknown keyword at the top",
        _set("x-uniqe-key", value=[]),
        "$.x-uniqe-key",
        "did you mean 'x-unique-key'?",
    ),
    ("combinator", _set("oneOf", value=[]), "$.oneOf", "unknown keyword"),
    ("not an object type", _set("type", value="array"), "$.type", "allowed: object"),
    (
        "other dialect",
        _set("$schema", value="http://json-schema.org/draft-07/schema#"),
        "$.$schema",
        "2020-12",
    ),
    ("no properties", _set("properties", value={}), "$.properties", "must not be empty"),
    ("no glue type", _drop("properties", "id", "x-glue-type"), "$.properties.id.x-glue-type", "is missing"),
    (
        "unknown glue type",
        _set("properties", "id", "x-glue-type", value="long"),
        "$.properties.id.x-glue-type",
        "bigint",
    ),
    (
        "glue type that cannot hold the JSON type",
        _set("properties", "id", "x-glue-type", value="string"),
        "$.properties.id.x-glue-type",
        "cannot hold JSON type integer; allowed: tinyint",
    ),
    (
        "unknown derive function",
        _set("properties", "kind", "x-derive", "function", value="hash"),
        "$.properties.kind.x-derive.function",
        "allowed: datetime, date, part, rest",
    ),
    (
        "derive from nowhere",
        _set("properties", "kind", "x-derive", "from", value="nmae"),
        "$.properties.kind.x-derive.from",
        "'nmae' is not a property; allowed: id, at, name",
    ),
    (
        "derive from a derived field",
        _set("properties", "kind", "x-derive", "from", value="rest"),
        "$.properties.kind.x-derive.from",
        "derived itself",
    ),
    (
        "derive with a foreign argument",
        _set("properties", "rest", "x-derive", "from", value="id"),
        "$.properties.rest.x-derive.from",
        "function rest takes nothing",
    ),
    (
        "datetime from text",
        _set(
            "properties",
            "late",
            value={
                "type": "string",
                "x-glue-type": "timestamp",
                "format": "date-time",
                "x-derive": {"function": "datetime", "from": "name"},
            },
        ),
        "$.properties.late.x-derive.from",
        "is no time",
    ),
    (
        "derived and required",
        _set("required", value=["id", "at", "name", "kind"]),
        "$.properties.kind",
        "cannot be required",
    ),
    (
        "derived and faked",
        _set("properties", "kind", "x-fake", value={"uuid": 4}),
        "$.properties.kind.x-fake",
        "not faked",
    ),
    (
        "required that is no property",
        _set("required", value=["id", "at", "nmae"]),
        "$.required[2]",
        "'nmae' is not one of",
    ),
    (
        "unique key that is no property",
        _set("x-unique-key", value=["uid"]),
        "$.x-unique-key[0]",
        "allowed: id, at",
    ),
    (
        "unique key that is optional",
        _set("x-unique-key", value=["kind"]),
        "$.x-unique-key[0]",
        "must be in required",
    ),
    ("no unique key", _drop("x-unique-key"), "$.x-unique-key", "must be an array"),
    ("event time that is no time", _set("x-event-time", value="name"), "$.x-event-time", "is no time"),
    ("no partitioning", _drop("x-partitioning"), "$.x-partitioning", "is missing"),
    (
        "partitioned by what",
        _set("x-partitioning", "by", value="size"),
        "$.x-partitioning.by",
        "attributes, arrival",
    ),
    (
        "partition key that is no property",
        _set("x-partitioning", "keys", value=["kind", "day"]),
        "$.x-partitioning.keys[1]",
        "'day' is not a property",
    ),
    (
        "the same key twice",
        _set("x-partitioning", "keys", value=["kind", "kind"]),
        "$.x-partitioning.keys",
        "repeat",
    ),
    (
        "arrival keys of another shape",
        _set("x-partitioning", value={"by": "arrival", "keys": ["hour"]}),
        "$.x-partitioning.keys",
        "['dt'] or ['dt', 'hour']",
    ),
    (
        "enum projection without enum",
        _drop("properties", "kind", "enum"),
        "$.properties.kind.x-projection",
        "needs the keyword enum",
    ),
    (
        "partition key without projection",
        _drop("properties", "kind", "x-projection"),
        "$.properties.kind.x-projection",
        "missing",
    ),
    (
        "projected value with a comma",
        _set("properties", "kind", "enum", value=["a", "b", "c,d"]),
        "$.properties.kind.enum",
        "without comma",
    ),
    (
        "projection of a data column",
        _set("properties", "name", "x-projection", value={"type": "injected"}),
        "$.properties.name.x-projection",
        "only partition keys",
    ),
    (
        "date projection without format",
        _set("properties", "kind", "x-projection", value={"type": "date", "range": "2020-01-01,NOW"}),
        "$.properties.kind.x-projection.format",
        "must be a string",
    ),
    (
        "range with one end",
        _set("properties", "kind", "x-projection", value={"type": "date", "range": "NOW", "format": "yyyy"}),
        "$.properties.kind.x-projection.range",
        "first,last",
    ),
    (
        "variant field that is no property",
        _set("x-variants", "field", value="nmae"),
        "$.x-variants.field",
        "not a property",
    ),
    ("variants without rest", _drop("properties", "rest"), "$.x-variants", '"rest"'),
    ("no variant types", _set("x-variants", "types", value={}), "$.x-variants.types", "must not be empty"),
    (
        "unknown policy",
        _set("x-variants", "unknown", value="ignore"),
        "$.x-variants.unknown",
        "reject, accept, drop",
    ),
    (
        "variant outside the partition's enum",
        _set("x-variants", "types", "c:three", value={}),
        '$.x-variants.types["c:three"]',
        "'c', which is not in the enum of 'kind'",
    ),
    (
        "variant field named as a column",
        _set("x-variants", "types", "a:one", "properties", "ID", value={"type": "string"}),
        '$.x-variants.types["a:one"].properties.ID',
        "is a property at the top already",
    ),
    (
        "variant fields that differ by case",
        _set("x-variants", "types", "a:one", "properties", "Size", value={"type": "string"}),
        '$.x-variants.types["a:one"].properties.Size',
        "differ only by case",
    ),
    (
        "glue type in a variant",
        _set("x-variants", "types", "a:one", "properties", "size", "x-glue-type", value="int"),
        '$.x-variants.types["a:one"].properties.size.x-glue-type',
        "unknown keyword",
    ),
    (
        "required of a variant",
        _set("x-variants", "types", "a:one", "required", value=["weight"]),
        '$.x-variants.types["a:one"].required[0]',
        "is not one of properties: size",
    ),
    (
        "negative weight",
        _set("x-variants", "types", "b:two", "weight", value=-1),
        '$.x-variants.types["b:two"].weight',
        "at least 0",
    ),
    (
        "reference to nowhere",
        _set("$defs", value={}),
        '$.x-variants.types["a:one"].properties.size.$ref',
        "allowed: #/$defs/<name>, defined: none",
    ),
    (
        "reference to itself",
        _set("$defs", "size", value={"$ref": "#/$defs/size"}),
        '$.x-variants.types["a:one"].properties.size.$ref',
        "refers to itself",
    ),
    (
        "unknown type",
        _set("properties", "id", "type", value="int"),
        "$.properties.id.type",
        "null, boolean, integer",
    ),
    ("no type", _drop("properties", "id", "type"), "$.properties.id", "type is missing"),
    (
        "unknown format",
        _set("properties", "at", "format", value="time"),
        "$.properties.at.format",
        "uuid, date, date-time, email",
    ),
    (
        "bad pattern",
        _set("properties", "name", "pattern", value="("),
        "$.properties.name.pattern",
        "not a regular expression",
    ),
    (
        "keyword of another type",
        _set("properties", "id", "maxLength", value=3),
        "$.properties.id.maxLength",
        "needs type string",
    ),
    (
        "limit that is no number",
        _set("properties", "id", "minimum", value="0"),
        "$.properties.id.minimum",
        "must be a number",
    ),
    (
        "enum of another type",
        _set("properties", "id", "enum", value=["1"]),
        "$.properties.id.enum",
        "not of type integer",
    ),
    ("column name in upper case", _set("properties", "Id", value={}), "$.properties.Id", "lower case"),
    (
        "record limit above Firehose's",
        _set("x-max-record-bytes", value=2_000_000),
        "$.x-max-record-bytes",
        "1024000",
    ),
    (
        "future of text",
        _set("properties", "name", "x-max-future-seconds", value=9),
        "$.properties.name.x-max-future-seconds",
        "date-time",
    ),
    (
        "fake of two forms",
        _set("properties", "id", "x-fake", value={"uuid": 4, "now": "unix"}),
        "$.properties.id.x-fake",
        "one of them",
    ),
    (
        "unknown fake",
        _set("properties", "id", "x-fake", value={"rang": [1, 2]}),
        "$.properties.id.x-fake.rang",
        "'range'",
    ),
    (
        "weights that do not match",
        _set("properties", "id", "x-fake", value={"choice": [1], "weights": [1, 2]}),
        "$.properties.id.x-fake.weights",
        "each of the 1 choices",
    ),
    (
        "null share above one",
        _set("properties", "id", "x-fake", value={"null": 2}),
        "$.properties.id.x-fake.null",
        "0 to 1",
    ),
]


@pytest.mark.parametrize(
    ("change", "path", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_refused(change: Change, path: str, says: str) -> None:
    document = small()
    change(document)
    with pytest.raises(ContractError) as caught:
        parse(document)
    assert caught.value.file == "things.schema.json"
    assert caught.value.path == path
    assert says in caught.value.problem
    assert str(caught.value).startswith(f"things.schema.json: {path}: ")


def test_the_unchanged_document_is_accepted() -> None:
    assert parse(small()).dataset == "things"
    assert parse(columns()).glue_partition_keys == (("dt", "string"),)


def test_arrival_key_must_not_be_a_column() -> None:
    document = columns(dt={"type": "string", "x-glue-type": "string"})
    with pytest.raises(ContractError, match="also a property"):
        parse(document)


@pytest.mark.parametrize("name", ["Things", "9things", "with-hyphen", "x" * 41, ""])
def test_dataset_names(name: str) -> None:
    with pytest.raises(ContractError, match="a name is a lower-case letter"):
        parse_contract(small(), dataset=name)


def test_a_contract_is_an_object() -> None:
    with pytest.raises(ContractError, match="must be an object"):
        parse_contract([], dataset="things")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not valid JSON"),
        ('{"type": 1, "type": 2}', "the key 'type' stands twice"),
        ("\xff", "not valid JSON"),
    ],
)
def test_files_that_are_no_json(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "things.schema.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ContractError, match=says) as caught:
        load_contract(path)
    assert caught.value.file == str(path)


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot be read: No such file"):
        load_contract(tmp_path / "things.schema.json")
    with pytest.raises(
        ContractError, match=r"no data contract here; a contract is named <dataset>\.schema\.json"
    ):
        load_all(tmp_path)


def test_file_name_says_the_dataset(tmp_path: Path) -> None:
    (tmp_path / "things.schema.json").write_text(json.dumps(small()))
    assert list(load_all(tmp_path)) == ["things"]
    (tmp_path / "contract.json").write_text(json.dumps(small()))
    with pytest.raises(ContractError, match="a contract is named"):
        load_contract(tmp_path / "contract.json")
    (tmp_path / "contract.json").write_text(json.dumps({"x-dataset": "others", **small()}))
    assert load_contract(tmp_path / "contract.json").dataset == "others"
