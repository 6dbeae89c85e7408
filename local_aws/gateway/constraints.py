"""The constraints that an API's model puts on parameters, with the sentences in which AWS reports them.

AWS checks all of them before the service sees the request and names every violation in one message.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

from local_aws.gateway.patterns import matches
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from botocore.model import Shape

    Fits = Callable[[Any], bool]

# AWS rule: what services report violations of their models as; the others use the common exception.
_ERROR_CODES = {
    "athena": "InvalidRequestException",
    "cloudwatch": "ValidationError",
    **dict.fromkeys(("cognito-identity", "cognito-idp", "ecr", "ecs", "logs"), "InvalidParameterException"),
    **dict.fromkeys(("autoscaling", "cloudformation", "elb", "elbv2", "iam", "sts"), "ValidationError"),
    **dict.fromkeys(("docdb", "elasticache", "neptune", "rds", "ses"), "InvalidParameterValue"),
    "ec2": "InvalidParameterValue",
    "organizations": "InvalidInputException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
# AWS rule: these judge enumerations themselves, with errors of their own (InvalidAttributeName, InvalidStorageClass).
_OPEN_ENUMERATIONS = frozenset({"ec2", "s3", "sqs"})
_MOST_LISTED = 10
# MiniStack gives out names that these patterns exclude: sequence numbers that begin with zeros, connections of
# EventBridge without an id behind their name, packages of OpenSearch with letters in their numbers.
_UNCHECKED_PATTERNS = frozenset({"ConnectionArn", "PackageID", "SequenceNumber"})
# Measured: Firehose and Athena name the member and not the value; Athena says "null" of one that is missing.
_WITHOUT_VALUES = frozenset({"firehose", "athena"})
_NULL_HEADS = {"firehose": "Value"}
# Measured: the bounds that Athena's framework checks where they are not the model's.
_MOST = {"MaxQueryResults": 100_000}
# Measured: the order in which AWS prints these sets is neither the model's nor the alphabet's.
_PRINTED_SETS = (
    ("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
    ("SNAPPY", "GZIP", "UNCOMPRESSED"),
    ("ZLIB", "SNAPPY", "NONE"),
    (
        "Decompression",
        "Lambda",
        "RecordDeAggregation",
        "MetadataExtraction",
        "AppendDelimiterToRecord",
        "CloudWatchLogProcessing",
    ),
    (
        "DataMessageExtraction",
        "NumberOfRetries",
        "Delimiter",
        "RoleArn",
        "JsonParsingEngine",
        "SubRecordType",
        "MetadataExtractionQuery",
        "BufferIntervalInSeconds",
        "LambdaArn",
        "BufferSizeInMBs",
        "CompressionFormat",
    ),
)
_PRINTED_ORDERS = {frozenset(printed): printed for printed in _PRINTED_SETS}
_CONTAINERS = (StructureShape, ListShape, MapShape)
_COUNTED = frozenset({"string", "blob", "list", "map"})
_NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double"})


def check(service: str, shape: Shape | None, parameters: Mapping[str, Any]) -> None:
    """Raise `ApiError` naming the members of `parameters` that violate the model's constraints, at most ten."""
    if shape is None:
        return
    code = _ERROR_CODES.get(service, "ValidationException")
    try:
        if _fits(shape, service in _OPEN_ENUMERATIONS)(parameters):
            return
        found = list(
            _violations(
                shape,
                parameters,
                "",
                with_values=service not in _WITHOUT_VALUES,
                null_head=_NULL_HEADS.get(service, "Value null"),
                closed=service not in _OPEN_ENUMERATIONS,
            )
        )
    except TimeoutError as error:
        raise ApiError(code, "A value could not be matched with its pattern in time.") from error
    noun = "error" if len(found) == 1 else "errors"
    extra = {"AthenaErrorCode": "INVALID_INPUT"} if service == "athena" else None
    message = f"{len(found)} validation {noun} detected: {'; '.join(found[:_MOST_LISTED])}"
    raise ApiError(code, message, extra=extra)


@lru_cache(maxsize=65536)
def _fits(shape: Shape, open_enumerations: bool) -> Fits:
    """Return a quick test of values of a shape: almost all requests pass it, and need no sentences."""
    if isinstance(shape, StructureShape):
        return partial(_structure_fits, shape, open_enumerations)
    if isinstance(shape, ListShape) and isinstance(shape.member, _CONTAINERS):
        return partial(_list_fits, shape, open_enumerations)
    if isinstance(shape, MapShape) and isinstance(shape.value, _CONTAINERS):
        return partial(_map_fits, shape, open_enumerations)
    if _is_free(shape, open_enumerations):
        return _anything
    return partial(_scalar_fits, shape, open_enumerations)


def _is_free(shape: Shape, open_enumerations: bool) -> bool:
    metadata = shape.metadata
    if isinstance(shape, ListShape | MapShape):
        inside = (shape.member,) if isinstance(shape, ListShape) else (shape.key, shape.value)
        if not all(_is_free(one, open_enumerations) for one in inside):
            return False
    enumerated = "enum" in metadata and not open_enumerations
    return not enumerated and not any(name in metadata for name in ("min", "max", "pattern"))


def _anything(_value: Any) -> bool:
    return True


def _structure_fits(shape: StructureShape, open_enumerations: bool, value: Any) -> bool:
    if shape.metadata.get("document"):
        return True
    members = shape.members
    return all(name in value for name in shape.required_members) and all(
        _fits(members[name], open_enumerations)(item) for name, item in value.items()
    )


def _list_fits(shape: ListShape, open_enumerations: bool, value: Any) -> bool:
    member = _fits(shape.member, open_enumerations)
    return _scalar_fits(shape, open_enumerations, value) and all(map(member, value))


def _map_fits(shape: MapShape, open_enumerations: bool, value: Any) -> bool:
    member = _fits(shape.value, open_enumerations)
    return _scalar_fits(shape, open_enumerations, value) and all(map(member, value.values()))


def _scalar_fits(shape: Shape, open_enumerations: bool, value: Any) -> bool:
    return next(_broken_constraints(shape, value, closed=not open_enumerations), None) is None


def _violations(
    shape: Shape, value: Any, path: str, *, with_values: bool, null_head: str, closed: bool
) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        if shape.metadata.get("document"):
            return
        for name, member in shape.members.items():
            member_path = _join(path, name[0].lower() + name[1:])
            if name in value:
                yield from _violations(
                    member,
                    value[name],
                    member_path,
                    with_values=with_values,
                    null_head=null_head,
                    closed=closed,
                )
            elif name in shape.required_members:
                yield f"{null_head} at '{member_path}' failed to satisfy constraint: Member must not be null"
        return
    head = _value_text(shape, value) if with_values else "Value"
    for constraint in _broken_constraints(shape, value, closed=closed):
        yield f"{head} at '{path}' failed to satisfy constraint: {constraint}"
    for step, member, item in _containers_inside(shape, value):
        inside = f"{path}.{step}.member"
        yield from _violations(
            member, item, inside, with_values=with_values, null_head=null_head, closed=closed
        )


def _containers_inside(shape: Shape, value: Any) -> Iterator[tuple[Any, Shape, Any]]:
    if isinstance(shape, ListShape) and isinstance(shape.member, _CONTAINERS):
        for index, item in enumerate(value, start=1):
            yield index, shape.member, item
    elif isinstance(shape, MapShape) and isinstance(shape.value, _CONTAINERS):
        for key, item in value.items():
            yield key, shape.value, item


def _broken_constraints(shape: Shape, value: Any, *, closed: bool) -> Iterator[str]:
    metadata = shape.metadata
    smallest, largest = metadata.get("min"), _MOST.get(shape.name, metadata.get("max"))
    pattern, allowed = metadata.get("pattern"), metadata.get("enum")
    if shape.name in _UNCHECKED_PATTERNS:
        pattern = None
    if allowed and closed and value not in allowed:
        yield f"Member must satisfy enum value set: [{', '.join(_in_printed_order(allowed))}]"
    if shape.type_name in _COUNTED:
        if smallest is not None and len(value) < smallest:
            yield f"Member must have length greater than or equal to {smallest}"
        if largest is not None and len(value) > largest:
            yield f"Member must have length less than or equal to {largest}"
    elif shape.type_name in _NUMBERS:
        if smallest is not None and value < smallest:
            yield f"Member must have value greater than or equal to {smallest}"
        if largest is not None and value > largest:
            yield f"Member must have value less than or equal to {largest}"
    if pattern and smallest == 1 and len(value) == 1 and pattern.endswith("{1,256}"):
        # Athena's names of prepared statements: the pattern asks for two characters, the length for one.
        pattern = pattern.removesuffix("{1,256}") + "{0,255}"
    if pattern and shape.type_name == "string" and not matches(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    if isinstance(shape, MapShape):
        yield from _broken_inside("Map keys", shape.key, value, closed=closed)
        yield from _broken_inside("Map value", shape.value, value.values(), closed=closed)
    elif isinstance(shape, ListShape) and not isinstance(shape.member, _CONTAINERS):
        yield from _broken_inside("Member", shape.member, value, closed=closed)


def _broken_inside(subject: str, shape: Shape, values: Iterable[Any], *, closed: bool) -> Iterator[str]:
    """Give at most one violation for all `values`: AWS then prints the whole set of constraints."""
    if isinstance(shape, _CONTAINERS) or all(
        next(_broken_constraints(shape, value, closed=closed), None) is None for value in values
    ):
        return
    metadata = shape.metadata
    whole = []
    if metadata.get("enum") and closed:
        whole.append(
            f"Member must satisfy enum value set: [{', '.join(_in_printed_order(metadata['enum']))}]"
        )
    if metadata.get("max") is not None:
        whole.append(f"Member must have length less than or equal to {metadata['max']}")
    if metadata.get("min") is not None:
        whole.append(f"Member must have length greater than or equal to {metadata['min']}")
    if metadata.get("pattern"):
        whole.append(f"Member must satisfy regular expression pattern: {metadata['pattern']}")
    yield f"{subject} must satisfy constraint: [{', '.join(whole)}]"


def _in_printed_order(allowed: Sequence[str]) -> Sequence[str]:
    return _PRINTED_ORDERS.get(frozenset(allowed), allowed)


def _value_text(shape: Shape, value: Any) -> str:
    if shape.metadata.get("sensitive"):
        return "Value"
    if isinstance(value, bytes):
        return f"Value 'java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]'"
    if isinstance(value, list):
        # The members' own text would repeat a whole batch of records; their number says enough.
        simple = all(isinstance(item, str | int | float) for item in value)
        return f"Value '[{', '.join(map(str, value)) if simple else f'{len(value)} members'}]'"
    return f"Value '{value}'"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
