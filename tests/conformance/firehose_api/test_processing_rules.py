"""Processors at creation; reference 2.3, 5.1, 5.2 and 5.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.firehose_api.streams import (
    LAMBDA_ARN,
    destination,
    make,
    partitioned,
    plain,
    processing,
    processor,
    queried,
    refusal,
    refused,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

_DELIMITER = processor("AppendDelimiterToRecord", Delimiter="\\n")
_BOTH = "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor."
_COUNT = "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled."


def transform(**parameters: str) -> dict[str, Any]:
    return processor("Lambda", LambdaArn=LAMBDA_ARN, **parameters)


def hints(size: str, interval: str) -> dict[str, str]:
    return {"BufferSizeInMBs": size, "BufferIntervalInSeconds": interval}


@pytest.mark.parametrize(
    ("processors", "message"),
    [
        ([], _COUNT),
        ([_DELIMITER] * 6, _COUNT),
        ([processor("Lambda", NumberOfRetries="1")], "LambdaArn is required when Lambda processor is used."),
        ([transform(), transform(NumberOfRetries="1")], "Cannot have more than 1 Lambda processor."),
        ([transform(BufferSizeInMBs="1")], _BOTH),
        ([transform(BufferIntervalInSeconds="1")], _BOTH),
        (
            [transform(**hints("3.01", "1"))],
            "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
        ),
        (
            [transform(**hints("0.199", "1"))],
            "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
        ),
        ([transform(**hints("nan", "1"))], "BufferSizeInMBs for lambda processor must be between 0.2 and 3."),
        (
            [transform(**hints("1", "1000"))],
            "BufferIntervalInSeconds for lambda processor must be between 0 and 900.",
        ),
        ([transform(NumberOfRetries="301")], "Number of retries for lambda must be between 0 and 300."),
        ([transform(NumberOfRetries="-1")], "Number of retries for lambda must be between 0 and 300."),
        (
            [processor("CloudWatchLogProcessing", DataMessageExtraction="true")],
            "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor",
        ),
        (
            [processor("Decompression"), processor("CloudWatchLogProcessing", DataMessageExtraction="yes")],
            "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.",
        ),
    ],
)
def test_recorded_refusals(local_aws: LocalAws, processors: list[dict[str, Any]], message: str) -> None:
    """Reference 2.3."""
    assert refused(local_aws, plain(ProcessingConfiguration=processing(*processors))) == message


def test_a_parameter_given_twice(local_aws: LocalAws) -> None:
    """Reference 2.3."""
    twice = transform()
    twice["Parameters"] *= 2
    assert refused(local_aws, plain(ProcessingConfiguration=processing(twice))) == (
        "Duplicate ProcessorParameter passed to ProcessingConfiguration."
    )


@pytest.mark.parametrize("size", ["0.2", "3"])
@pytest.mark.parametrize("interval", ["0", "900"])
def test_lambda_hints_at_their_bounds(local_aws: LocalAws, size: str, interval: str) -> None:
    """Reference 2.3."""
    make(local_aws, plain(ProcessingConfiguration=processing(transform(**hints(size, interval)))))


@pytest.mark.parametrize("kind", ["RecordDeAggregation", "MetadataExtraction"])
def test_processors_of_dynamic_partitioning(local_aws: LocalAws, kind: str) -> None:
    """Reference 5.1: these two need it; AppendDelimiterToRecord does not."""
    assert refused(local_aws, plain(ProcessingConfiguration=processing(processor(kind)))) == (
        f"class com.amazonaws.services.firehose.internal.model.{kind}Processor can only be present when "
        "Dynamic Partitioning is enabled."
    )


def test_a_delimiter_needs_no_dynamic_partitioning(local_aws: LocalAws) -> None:
    """Reference 5.1."""
    make(local_aws, plain(ProcessingConfiguration=processing(_DELIMITER)))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "SubRecordType has to be one of JSON, DELIMITED"),
        ({"SubRecordType": "CSV"}, "SubRecordType has to be one of JSON, DELIMITED"),
        ({"SubRecordType": "DELIMITED"}, "Delimiter should be present for DELIMITED"),
        (
            {"SubRecordType": "DELIMITED", "Delimiter": "####"},
            "Delimiter is '####'; for DELIMITED it is given in base64.",
        ),
    ],
)
def test_deaggregation(local_aws: LocalAws, parameters: dict[str, str], message: str) -> None:
    """Reference 5.3."""
    settings = queried(
        "{k:.k}", "a/!{partitionKeyFromQuery:k}/", processor("RecordDeAggregation", **parameters)
    )
    assert refused(local_aws, settings) == message


@pytest.mark.parametrize("engine", [{}, {"JsonParsingEngine": "JQ-1.7"}])
def test_the_only_query_engine(local_aws: LocalAws, engine: dict[str, str]) -> None:
    """Reference 5.2."""
    extraction = processor("MetadataExtraction", MetadataExtractionQuery="{k:.k}", **engine)
    settings = partitioned(
        Prefix="a/!{partitionKeyFromQuery:k}/", ProcessingConfiguration=processing(extraction)
    )
    assert refused(local_aws, settings) == "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6"


def test_every_key_of_the_query_is_in_the_prefix(local_aws: LocalAws) -> None:
    """Reference 5.1."""
    settings = queried("{a:.a,b:.b}", "p/!{partitionKeyFromQuery:a}/")
    assert refused(local_aws, settings) == (
        "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression"
    )
    make(local_aws, queried("{a:.a,b:.b}", "p/!{partitionKeyFromQuery:a}/!{partitionKeyFromQuery:b}/"))


@pytest.mark.parametrize("query", [".k", "{k:", "[.k]", "{(.k):1}"])
def test_a_query_is_one_object_with_plain_keys(local_aws: LocalAws, query: str) -> None:
    """Reference 5.2."""
    message = refused(local_aws, queried(query, "a/!{partitionKeyFromQuery:k}/"))
    assert message.startswith(f"MetadataExtractionQuery is {query!r}")


def test_at_most_fifty_keys(local_aws: LocalAws) -> None:
    """Reference 5.2."""
    query = "{" + ",".join(f"k{number}:.k" for number in range(51)) + "}"
    message = refused(local_aws, queried(query, "a/!{partitionKeyFromQuery:k0}/"))
    assert message == "MetadataExtractionQuery has 51 keys; at most 50 are allowed."


def test_dynamic_partitioning_needs_large_buffers_and_time(local_aws: LocalAws) -> None:
    """Reference 5.1: 64 MiB at least, and no zero buffering."""
    small = {"SizeInMBs": 63, "IntervalInSeconds": 60}
    assert refused(local_aws, partitioned(BufferingHints=small)) == (
        "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."
    )
    zero = {"SizeInMBs": 64, "IntervalInSeconds": 0}
    assert "zero buffering is not available" in refused(local_aws, partitioned(BufferingHints=zero))
    name = make(local_aws, partitioned(BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 3}))
    assert destination(local_aws, name)["BufferingHints"]["IntervalInSeconds"] == 3


def test_dynamic_partitioning_needs_a_source_of_keys(local_aws: LocalAws) -> None:
    """Reference 5.1."""
    for configuration in (None, processing(_DELIMITER), processing(transform(), enabled=False)):
        message = refused(local_aws, partitioned(ProcessingConfiguration=configuration))
        assert message.startswith("Dynamic Partitioning needs partition keys")


@pytest.mark.parametrize("seconds", [-1, 7201])
def test_retry_options_have_a_range(local_aws: LocalAws, seconds: int) -> None:
    """Reference 5.1: 0 to 7200 s."""
    configuration = {"Enabled": True, "RetryOptions": {"DurationInSeconds": seconds}}
    settings = partitioned(DynamicPartitioningConfiguration=configuration)
    code, message = refusal(lambda: make(local_aws, settings))
    assert code == "ValidationException"
    assert "dynamicPartitioningConfiguration.retryOptions.durationInSeconds'" in message


@pytest.mark.parametrize("value", ["", " ", "x" * 5121])
def test_parameter_values_are_neither_blank_nor_longer_than_5120_characters(
    local_aws: LocalAws, value: str
) -> None:
    """Reference 2.3."""
    settings = plain(ProcessingConfiguration=processing(processor("Lambda", LambdaArn=value)))
    code, message = refusal(lambda: make(local_aws, settings))
    assert code == "ValidationException"
    assert "parameterValue' failed to satisfy constraint" in message
