from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from lambda_transform.contract_model import Contract
from lambda_transform.transform import Transform
from producer.clock import SteadyClock, SystemClock
from producer.errors import GenerationError
from producer.generation.compiler import compile_contract
from tests.unit.producer.contracts import DATASETS, Judge, contract_of, shipped

START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def draw(contract: Contract, count: int, seed: int = 1, start: float = START) -> list[bytes]:
    return list(compile_contract(contract, seed).draw(SteadyClock(start).times(0, count)).payloads)


def values(contract: Contract, name: str, count: int = 500, seed: int = 1) -> list[Any]:
    return [json.loads(payload).get(name) for payload in draw(contract, count, seed)]


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_record_is_valid_by_the_contract(dataset: str) -> None:
    contract = shipped(dataset)
    judge = Judge(contract)
    for payload in draw(contract, 2000):
        judge.check(json.loads(payload))


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_transform_accepts_every_record(dataset: str) -> None:
    transform = Transform(shipped(dataset))
    transform.set_clock(START)
    for payload in draw(shipped(dataset), 2000, seed=2):
        assert transform.apply(payload) is not None


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_record_is_one_line_without_derived_fields(dataset: str) -> None:
    contract = shipped(dataset)
    sent = {field.name for field in contract.sent_fields}
    derived = {field.name for field in contract.derived_fields}
    for payload in draw(contract, 1000):
        assert payload.endswith(b"}\n")
        assert payload.count(b"\n") == 1
        names = json.loads(payload).keys()
        assert sent <= names
        assert not derived & names


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_partition_key_is_the_first_field_of_the_unique_key(dataset: str) -> None:
    contract = shipped(dataset)
    records = compile_contract(contract, 1).draw(SteadyClock(START).times(0, 300))
    assert list(records.keys) == [json.loads(p)[contract.unique_key[0]] for p in records.payloads]
    assert len(set(records.keys)) == 300


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_same_seed_and_clock_make_the_same_bytes(dataset: str) -> None:
    contract = shipped(dataset)
    assert draw(contract, 400, seed=7) == draw(contract, 400, seed=7)
    assert draw(contract, 400, seed=7) != draw(contract, 400, seed=8)


@pytest.mark.parametrize("dataset", DATASETS)
def test_block_sizes_do_not_show(dataset: str) -> None:
    contract, clock = shipped(dataset), SteadyClock(START, 1000)
    whole = compile_contract(contract, 3).draw(clock.times(0, 600)).payloads
    generator = compile_contract(contract, 3)
    pieces: list[bytes] = []
    for size in (1, 2, 0, 7, 90, 500):
        pieces += generator.draw(clock.times(len(pieces), size)).payloads
    assert pieces == whole


def test_all_event_types_come_by_their_weights() -> None:
    contract = shipped("events")
    assert contract.variants is not None
    weights = {name: variant.weight for name, variant in contract.variants.types.items()}
    seen = Counter(json.loads(payload)["event_name"] for payload in draw(contract, 40_000))
    assert seen.keys() == {name for name, weight in weights.items() if weight}
    total = sum(weights.values())
    for name, weight in weights.items():
        expected = 40_000 * weight / total
        assert abs(seen[name] - expected) < 6 * expected**0.5 + 1, name


def test_times_follow_the_clock() -> None:
    spread = {"type": "string", "format": "date-time", "x-glue-type": "timestamp"}
    contract = contract_of(
        {
            "exact": {**spread, "x-fake": {"now": "iso8601"}},
            "spread": {**spread, "x-fake": {"now": "iso8601", "spread_seconds": 60}},
            "day": {"type": "string", "format": "date", "x-glue-type": "date"},
        }
    )
    times = SteadyClock(START + 0.25, 10).times(0, 200)
    records = [json.loads(p) for p in compile_contract(contract, 1).draw(times).payloads]
    assert [r["at"] for r in records] == np.floor(times).astype(int).tolist()
    assert records[0]["exact"] == "2026-01-01T00:00:00.250Z"
    assert records[1]["exact"] == "2026-01-01T00:00:00.350Z"
    assert {r["day"] for r in records} == {"2026-01-01"}
    for record, moment in zip(records, times.tolist(), strict=True):
        assert moment - 60.002 <= datetime.fromisoformat(record["spread"]).timestamp() <= moment


def test_the_system_clock_says_now() -> None:
    before = datetime.now(UTC).timestamp()
    times = SystemClock().times(5, 3)
    assert len(times) == 3
    assert before <= times[0] <= datetime.now(UTC).timestamp()


def test_uuids_are_random_ones_of_version_4() -> None:
    ids = values(contract_of({}), "id", 2000)
    assert len(set(ids)) == 2000
    parsed = [uuid.UUID(i) for i in ids]
    assert {(i.version, i.variant) for i in parsed} == {(4, uuid.RFC_4122)}
    assert [str(i) for i in parsed] == ids


def test_faker_keeps_its_weighting() -> None:
    """Common names come more often than rare ones: that is what a pool drawn from Faker has to preserve."""
    contract = contract_of(
        {"name": {"type": "string", "x-glue-type": "string", "x-fake": {"faker": "first_name"}}}
    )
    seen = Counter(values(contract, "name", 10_000))
    assert len(seen) > 300
    assert seen.most_common(1)[0][1] > 5 * (10_000 / len(seen))


def test_faker_values_are_drawn_again_until_they_are_valid() -> None:
    short = {"type": "string", "maxLength": 4, "x-glue-type": "string", "x-fake": {"faker": "first_name"}}
    assert 0 < max(map(len, values(contract_of({"name": short}), "name"))) <= 4


def test_null_shares() -> None:
    name = {"type": "string", "x-glue-type": "string", "x-fake": {"choice": ["a"], "null": 0.25}}
    either = {**name, "type": ["string", "null"]}
    contract = contract_of({"absent": name, "empty": either}, required=["empty"])
    records = [json.loads(payload) for payload in draw(contract, 4000)]
    assert 0.2 < sum("absent" not in r for r in records) / 4000 < 0.3
    assert all("empty" in r for r in records)
    assert 0.2 < sum(r["empty"] is None for r in records) / 4000 < 0.3
    with pytest.raises(GenerationError, match=r"things\.absent: .* 25% .* required"):
        draw(contract_of({"absent": name}), 1)


def test_a_contract_with_types_only() -> None:
    text = {"type": "string", "x-glue-type": "string"}
    contract = contract_of(
        {
            "text": text,
            "long": {**text, "minLength": 30},
            "short": {**text, "maxLength": 3},
            "pattern": {**text, "pattern": "^[A-Z]{2}-[0-9]{4}(-x|-y)?$"},
            "email": {**text, "format": "email"},
            "moment": {"type": "string", "format": "date-time", "x-glue-type": "timestamp"},
            "colour": {**text, "enum": ["red", "green"]},
            "fixed": {**text, "const": "only%this"},
            "flag": {"type": "boolean", "x-glue-type": "boolean"},
            "count": {"type": "integer", "x-glue-type": "bigint"},
            "tiny": {"type": "integer", "x-glue-type": "tinyint"},
            "above": {"type": "integer", "exclusiveMinimum": 5, "maximum": 7, "x-glue-type": "int"},
            "below": {"type": "integer", "maximum": -5, "x-glue-type": "bigint"},
            "price": {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "x-glue-type": "double"},
            "narrow": {"type": "number", "minimum": 0.001, "maximum": 0.002, "x-glue-type": "double"},
            "money": {"type": "number", "x-glue-type": "decimal(6,3)"},
            "tags": {
                "type": "array",
                "items": {"type": "string"},
                "maxItems": 4,
                "x-glue-type": "array<string>",
            },
            "place": {
                "type": "object",
                "properties": {
                    "lat": {"type": "number", "minimum": -90, "maximum": 90},
                    "name": {"type": "string"},
                },
                "required": ["lat"],
                "x-glue-type": "struct<lat:double,name:string>",
            },
            "maybe": {"type": ["integer", "null"], "x-glue-type": "int"},
        }
    )
    judge = Judge(contract)
    records = [json.loads(payload) for payload in draw(contract, 1000)]
    for record in records:
        judge.check(record)
    assert {r["colour"] for r in records} == {"red", "green"}
    assert {r["fixed"] for r in records} == {"only%this"}
    assert {r["above"] for r in records} == {6, 7}
    assert {r["flag"] for r in records} == {True, False}
    assert max(abs(r["tiny"]) for r in records) <= 128
    assert max(r["below"] for r in records) <= -5
    assert {len(r["tags"]) for r in records} == {1, 2, 3, 4}
    assert len({r["text"] for r in records}) == 1000
    assert all(r["money"] < 1000 and round(r["money"], 3) == r["money"] for r in records)
    assert {r["at"] for r in records} == {int(START)}


@pytest.mark.parametrize(
    "key",
    [
        {"type": "string", "pattern": "^[A-Z]{6}[0-9]{6}$", "x-glue-type": "string"},
        {"type": "string", "x-glue-type": "string"},
        {"type": "integer", "x-glue-type": "bigint"},
        {
            "type": "string",
            "x-glue-type": "string",
            "x-fake": {"faker": "bothify", "args": {"text": "????-########"}},
        },
    ],
    ids=["pattern", "text", "integer", "faker"],
)
def test_keys_do_not_repeat(key: dict[str, Any]) -> None:
    contract = contract_of({"key": key}, top={"x-unique-key": ["key", "at"]})
    records = compile_contract(contract, 1).draw(SteadyClock(START).times(0, 6000))
    assert len(set(records.keys)) == 6000
    assert list(records.keys) == [str(json.loads(p)["key"]) for p in records.payloads]


def test_keys_are_what_kinesis_takes() -> None:
    """AWS rule: 1 to 256 characters; reference 11.1."""
    choices = ["", "x" * 300, 'a"b\\c', "ü" * 200, '""']
    key = {"type": "string", "x-glue-type": "string", "x-fake": {"choice": choices}}
    records = compile_contract(contract_of({"key": key}, top={"x-unique-key": ["key"]}), 1).draw(
        SteadyClock(START).times(0, 500)
    )
    assert set(records.keys) == {"-", "x" * 256, 'a"b\\c', "ü" * 200, '""'}
    assert [json.loads(p)["key"][:256] or "-" for p in records.payloads] == list(records.keys)


def test_text_of_any_kind_survives() -> None:
    choices = ['100 % "sure"', "a,b", "line\nbreak", "\u2028 ümläut 👏", "{,}"]
    field = {"type": "string", "x-glue-type": "string", "x-fake": {"choice": choices}}
    optional = {**field, "x-fake": {"choice": choices, "null": 0.5}}
    inner = {key: value for key, value in field.items() if key != "x-glue-type"}
    contract = contract_of(
        {
            "kind": {"type": "string", "x-glue-type": "string"},
            "text": field,
            "maybe": optional,
            "rest": {"type": "string", "x-derive": {"function": "rest"}, "x-glue-type": "string"},
        },
        required=["kind", "text"],
        top={
            "x-variants": {
                "field": "kind",
                "types": {"5 %s": {"properties": {"100%": inner}, "required": ["100%"]}},
            }
        },
    )
    assert set(values(contract, "kind")) == {"5 %s"}
    assert set(values(contract, "text")) == set(values(contract, "100%")) == set(choices)
    assert set(values(contract, "maybe")) == {*choices, None}


def test_an_object_of_which_every_member_may_be_absent() -> None:
    member = {"type": "string", "x-fake": {"choice": ["{,x"], "null": 0.5}}
    thing = {
        "type": "object",
        "properties": {"a": member, "b": member},
        "x-glue-type": "struct<a:string,b:string>",
    }
    seen = {json.dumps(value, sort_keys=True) for value in values(contract_of({"thing": thing}), "thing")}
    assert seen == {"{}", '{"a": "{,x"}', '{"b": "{,x"}', '{"a": "{,x", "b": "{,x"}'}


def test_adding_a_field_leaves_the_others_as_they_were() -> None:
    text = {"type": "string", "x-glue-type": "string"}
    before = values(contract_of({"a": text}), "a")
    assert values(contract_of({"b": text, "a": text}), "a") == before


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"type": "string", "x-fake": {"faker": "no_such_thing"}}, "does not exist"),
        ({"type": "string", "x-fake": {"faker": "first_name", "args": {"x": 1}}}, "refuses"),
        ({"type": "string", "x-fake": {"faker": "random_int"}, "pattern": "^x$"}, "refuses"),
        ({"type": "string", "pattern": "^(?=.*a)b$"}, "x-fake"),
        ({"type": "string", "x-fake": {"choice": ["a", "b"]}, "maxLength": 0}, "refuses"),
        ({"type": "string", "x-fake": {"now": "unix"}}, "refuses"),
        ({"type": "string", "format": "date", "x-fake": {"uuid": 4}}, "refuses"),
        ({"type": "integer", "minimum": 10, "maximum": 5}, "leave no number"),
        ({"type": "integer", "minimum": 10, "x-fake": {"range": [1, 5]}}, "no number"),
        ({"type": "string", "x-fake": {"range": [1, 5]}}, "refuses"),
    ],
)
def test_what_cannot_be_made_is_named(field: dict[str, Any], said: str) -> None:
    glue = {"string": "string", "integer": "bigint"}[field["type"]]
    if field.get("format") == "date":
        glue = "date"
    with pytest.raises(GenerationError, match=r"things\.odd: .*" + said):
        draw(contract_of({"odd": {**field, "x-glue-type": glue}}), 100)


def test_a_record_that_is_too_long_is_refused() -> None:
    field = {"type": "string", "minLength": 3000, "x-glue-type": "string"}
    with pytest.raises(GenerationError, match=r"x-max-record-bytes allows 2000"):
        draw(contract_of({"text": field}, top={"x-max-record-bytes": 2000}), 1)
