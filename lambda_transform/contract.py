"""The one reader of data contracts in Python (schemas/README.md defines them).

The transform, the producer and the tools all get a dataset's fields from here:

    contract = load_contract(Path("schemas/events.schema.json"))
    contracts = load_all(Path("schemas"))              # by dataset name
    contract.glue_columns, contract.glue_partition_keys

A malformed contract raises ContractError with the file, the JSON path and what is allowed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from lambda_transform.contract_fields import COLUMN_KEYWORDS, read_column, read_fields, resolve
from lambda_transform.contract_model import (
    ARRIVAL_KEY_GLUE_TYPE,
    ARRIVAL_KEYS,
    PARTITIONED_BY,
    UNKNOWN_VARIANT,
    Contract,
    Derive,
    Fake,
    Field,
    Partitioning,
    Projection,
    Variant,
    Variants,
)
from lambda_transform.contract_place import Place
from lambda_transform.contract_rules import check_contract
from lambda_transform.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ARRIVAL_KEYS",
    "ARRIVAL_KEY_GLUE_TYPE",
    "FILE_SUFFIX",
    "Contract",
    "ContractError",
    "Derive",
    "Fake",
    "Field",
    "Partitioning",
    "Projection",
    "Variant",
    "Variants",
    "load_all",
    "load_contract",
    "parse_contract",
]

FILE_SUFFIX: Final = ".schema.json"
DEFAULT_MAX_RECORD_BYTES: Final = 262_144
# AWS rule: a record of 1,000 KiB is the most that Firehose takes (reference 1.6).
LARGEST_RECORD_BYTES: Final = 1_024_000
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# Written by the packager into the contract inside a zip, whose file name no longer says the dataset.
DATASET_KEYWORD: Final = "x-dataset"

_DATASET_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TOP_KEYWORDS: Final = frozenset(
    (
        *("$schema", "$id", "$comment", "title", "description", "type", "properties", "required", "$defs"),
        *("additionalProperties", "x-unique-key", "x-event-time", "x-partitioning", "x-max-record-bytes"),
        *("x-variants", DATASET_KEYWORD),
    )
)


def load_all(directory: Path) -> dict[str, Contract]:
    """Read every contract of a directory (`*.schema.json`), by dataset name in alphabetical order.

    Raises ContractError when there is none, or when one is malformed.
    """
    paths = sorted(directory.glob(f"*{FILE_SUFFIX}"))
    if not paths:
        raise ContractError(
            str(directory), "$", f"no data contract here; a contract is named <dataset>{FILE_SUFFIX}"
        )
    return {contract.dataset: contract for contract in map(load_contract, paths)}


def load_contract(path: Path) -> Contract:
    """Read one contract file. The dataset is the file's name, or what `x-dataset` in it says (in a zip).

    Raises ContractError.
    """
    try:
        document = json.loads(path.read_text("utf-8"), object_pairs_hook=_no_duplicates)
    except OSError as error:
        raise ContractError(str(path), "$", f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ContractError(str(path), "$", f"is not valid JSON: {error}") from error
    dataset = path.name.removesuffix(FILE_SUFFIX)
    if isinstance(document, dict) and DATASET_KEYWORD in document:
        dataset = document[DATASET_KEYWORD]
    elif dataset == path.name:
        raise ContractError(str(path), "$", f"a contract is named <dataset>{FILE_SUFFIX}, not {path.name}")
    return parse_contract(document, dataset=dataset, file=str(path))


def parse_contract(document: Any, *, dataset: str, file: str = "contract") -> Contract:
    """Read a contract from its decoded JSON; `file` is named in errors. Raises ContractError."""
    top = Place(file, "$", document)
    top.only(_TOP_KEYWORDS)
    if not isinstance(dataset, str) or not _DATASET_NAME.fullmatch(dataset):
        top.fail(f"dataset {dataset!r}: a name is a lower-case letter, then up to 39 of a-z, 0-9 and _")
    if top.has("$schema"):
        top.child("$schema").one_of((DIALECT,))
    top.child("type").one_of(("object",))
    definitions = Place(file, "$.$defs", top.child("$defs").object() if top.has("$defs") else {})
    fields = _columns(top, definitions)
    contract = Contract(
        dataset=dataset,
        description=top.child("description").text() if top.has("description") else "",
        fields=fields,
        unique_key=top.child("x-unique-key").texts(),
        event_time=top.child("x-event-time").text(),
        partitioning=_partitioning(top.child("x-partitioning")),
        max_record_bytes=_max_record_bytes(top),
        variants=_variants(top.child("x-variants"), definitions) if top.has("x-variants") else None,
        additional_properties=(
            top.child("additionalProperties").flag() if top.has("additionalProperties") else True
        ),
        document=MappingProxyType(document),
    )
    check_contract(contract, top)
    return contract


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"the key {', '.join(map(repr, repeated))} stands twice in one object")
    return found


def _columns(top: Place, definitions: Place) -> tuple[Field, ...]:
    properties = top.child("properties")
    required = top.child("required").texts() if top.has("required") else ()
    if not properties.object():
        properties.fail("must not be empty: these are the columns of the table")
    for element in top.child("required").elements() if required else ():
        if element.value not in properties.value:
            element.fail(f"{element.value!r} is not one of properties: {', '.join(properties.value)}")
    fields = []
    for name, place in properties.children():
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,127}", name):
            place.fail("a column's name is a-z, 0-9 and _, at most 128, because Glue keeps lower case only")
        keywords = resolve(place, definitions)
        keywords.only(COLUMN_KEYWORDS)
        if not keywords.has("x-glue-type"):
            place.child("x-glue-type").fail(
                "is missing; every property at the top has a Glue type, e.g. string, bigint"
            )
        fields.append(read_column(place, name, definitions, required=name in required))
    return tuple(fields)


def _partitioning(place: Place) -> Partitioning:
    if place.value is None:
        place.fail('is missing; e.g. {"by": "arrival", "keys": ["year", "month", "day", "hour"]}')
    place.only(("by", "keys"))
    by = place.child("by").one_of(PARTITIONED_BY)
    keys = place.child("keys").texts()
    if by == "arrival" and keys not in ARRIVAL_KEYS:
        shown = " or ".join(str(list(allowed)) for allowed in ARRIVAL_KEYS)
        place.child("keys").fail(f"is {list(keys)}; allowed by arrival: {shown}")
    return Partitioning(by, keys)


def _max_record_bytes(top: Place) -> int:
    if not top.has("x-max-record-bytes"):
        return DEFAULT_MAX_RECORD_BYTES
    limit = top.child("x-max-record-bytes").integer(at_least=1)
    if limit > LARGEST_RECORD_BYTES:
        top.child("x-max-record-bytes").fail(
            f"is {limit}; Firehose takes at most {LARGEST_RECORD_BYTES} bytes a record"
        )
    return limit


def _variants(place: Place, definitions: Place) -> Variants:
    place.only(("field", "unknown", "types"))
    types: Mapping[str, Any] = place.child("types").object()
    if not types:
        place.child("types").fail("must not be empty")
    return Variants(
        field=place.child("field").text(),
        types=MappingProxyType(
            {name: _variant(child, name, definitions) for name, child in place.child("types").children()}
        ),
        unknown=(place.child("unknown").one_of(UNKNOWN_VARIANT) if place.has("unknown") else "reject"),
    )


def _variant(place: Place, name: str, definitions: Place) -> Variant:
    place.only(("description", "weight", "properties", "required", "drop"))
    properties = place.child("properties") if place.has("properties") else Place(place.file, place.path, {})
    return Variant(
        name=name,
        weight=float(place.child("weight").number(at_least=0)) if place.has("weight") else 1.0,
        description=place.child("description").text() if place.has("description") else "",
        fields=read_fields(properties, place.child("required"), definitions),
        drop=place.child("drop").flag() if place.has("drop") else False,
    )
