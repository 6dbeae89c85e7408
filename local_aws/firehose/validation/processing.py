"""Rules for processors and their parameters; AWS rule: reference 2.3, 5.1, 5.2 and 5.3."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from local_aws.firehose.destination import is_partitioning, is_processing
from local_aws.firehose.errors import invalid_argument
from local_aws.firehose.validation.prefixes import partition_keys
from local_aws.firehose.validation.queries import QueryError, query_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_PROCESSORS = 5
_MOST_QUERY_KEYS = 50
_LAMBDA_SIZE_MIB = (0.2, 3.0)
_LAMBDA_INTERVAL_SECONDS = (0, 900)
_LAMBDA_RETRIES = (0, 300)
_LAMBDA_ARN = re.compile(
    r"arn:[^:]+:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]+(:(\$LATEST|[a-zA-Z0-9_-]+))?"
)
_ONLY_WHEN_PARTITIONING = ("RecordDeAggregation", "MetadataExtraction")


def check(destination: Mapping[str, Any]) -> None:
    """Check the ProcessingConfiguration of `destination`, as given (no defaults filled in)."""
    processors: Sequence[Mapping[str, Any]] = (destination.get("ProcessingConfiguration") or {}).get(
        "Processors", []
    )
    if is_processing(destination) and not 1 <= len(processors) <= _MOST_PROCESSORS:
        raise invalid_argument(
            "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled."
        )
    # Measured: a repeated parameter is refused before anything that the parameters say.
    parameters = [_parameters(processor) for processor in processors]
    kinds = [processor["Type"] for processor in processors]
    _check_kinds(kinds, partitioning=is_partitioning(destination), enabled=is_processing(destination))
    for kind, values in zip(kinds, parameters, strict=True):
        if kind == "Lambda":
            _check_lambda(values)
        elif kind == "MetadataExtraction":
            _check_query(values, destination.get("Prefix", ""))
        elif kind == "RecordDeAggregation":
            _check_deaggregation(values)
        elif kind == "CloudWatchLogProcessing":
            _check_log_processing(values)
        elif kind == "Decompression":
            _check_decompression(values)


def _parameters(processor: Mapping[str, Any]) -> dict[str, str]:
    given = processor.get("Parameters", [])
    names = Counter(parameter["ParameterName"] for parameter in given)
    if any(count > 1 for count in names.values()):
        raise invalid_argument("Duplicate ProcessorParameter passed to ProcessingConfiguration.")
    return {parameter["ParameterName"]: parameter["ParameterValue"] for parameter in given}


def _check_kinds(kinds: Sequence[str], *, partitioning: bool, enabled: bool) -> None:
    counted = Counter(kinds)
    if counted["Lambda"] > 1:
        raise invalid_argument("Cannot have more than 1 Lambda processor.")
    repeated = sorted(kind for kind, count in counted.items() if count > 1)
    if repeated:
        raise invalid_argument(f"The processor {repeated[0]} is given twice; each is allowed once.")
    for kind in _ONLY_WHEN_PARTITIONING:
        if enabled and counted[kind] and not partitioning:
            raise invalid_argument(
                f"class com.amazonaws.services.firehose.internal.model.{kind}Processor can only be present "
                "when Dynamic Partitioning is enabled."
            )
    if counted["CloudWatchLogProcessing"] and not counted["Decompression"]:
        raise invalid_argument(
            "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor"
        )


def _check_lambda(values: Mapping[str, str]) -> None:
    if "LambdaArn" not in values:
        raise invalid_argument("LambdaArn is required when Lambda processor is used.")
    if not _LAMBDA_ARN.fullmatch(values["LambdaArn"]):
        raise invalid_argument(
            f"LambdaArn is {values['LambdaArn']!r}; allowed is the ARN of a function, of a version or of an alias."
        )
    if ("BufferSizeInMBs" in values) != ("BufferIntervalInSeconds" in values):
        raise invalid_argument(
            "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering "
            "for lambda processor."
        )
    if not _is_within(values.get("BufferSizeInMBs", "1"), _LAMBDA_SIZE_MIB, float):
        raise invalid_argument("BufferSizeInMBs for lambda processor must be between 0.2 and 3.")
    if not _is_within(values.get("BufferIntervalInSeconds", "60"), _LAMBDA_INTERVAL_SECONDS, int):
        raise invalid_argument("BufferIntervalInSeconds for lambda processor must be between 0 and 900.")
    if not _is_within(values.get("NumberOfRetries", "3"), _LAMBDA_RETRIES, int):
        raise invalid_argument("Number of retries for lambda must be between 0 and 300.")


def _is_within(text: str, bounds: tuple[float, float], kind: type[int] | type[float]) -> bool:
    try:
        value = kind(text)
    except ValueError:
        return False
    return math.isfinite(value) and bounds[0] <= value <= bounds[1]


def _check_query(values: Mapping[str, str], prefix: str) -> None:
    if values.get("JsonParsingEngine") != "JQ-1.6":
        raise invalid_argument("MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6")
    if "MetadataExtractionQuery" not in values:
        raise invalid_argument(
            "MetadataExtractionQuery is required when MetadataExtraction processor is used."
        )
    try:
        keys = query_keys(values["MetadataExtractionQuery"])
    except QueryError as error:
        raise invalid_argument(str(error)) from error
    if len(keys) > _MOST_QUERY_KEYS:
        raise invalid_argument(
            f"MetadataExtractionQuery has {len(keys)} keys; at most {_MOST_QUERY_KEYS} are allowed."
        )
    if keys - partition_keys(prefix, "query"):
        raise invalid_argument(
            "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression"
        )


def _check_deaggregation(values: Mapping[str, str]) -> None:
    kind = values.get("SubRecordType")
    if kind not in ("JSON", "DELIMITED"):
        raise invalid_argument("SubRecordType has to be one of JSON, DELIMITED")
    if kind == "DELIMITED" and "Delimiter" not in values:
        raise invalid_argument("Delimiter should be present for DELIMITED")
    if kind == "DELIMITED" and not _is_base64(values["Delimiter"]):
        raise invalid_argument(f"Delimiter is {values['Delimiter']!r}; for DELIMITED it is given in base64.")


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def _check_log_processing(values: Mapping[str, str]) -> None:
    if values.get("DataMessageExtraction", "").lower() not in ("true", "false"):
        raise invalid_argument(
            "Invalid parameter value for DataMessageExtraction. Allowed values are True and False."
        )


def _check_decompression(values: Mapping[str, str]) -> None:
    if values.get("CompressionFormat", "GZIP") != "GZIP":
        raise invalid_argument("CompressionFormat has to be GZIP")
