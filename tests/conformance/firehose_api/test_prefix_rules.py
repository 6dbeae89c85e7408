"""Prefixes and error prefixes at creation; reference 3.1, 3.2 and 5.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.firehose_api.streams import (
    ERRORS,
    destination,
    make,
    make_active,
    partitioned,
    plain,
    refusal,
    refused,
    update,
)

if TYPE_CHECKING:
    from tests.gateway_fixture import LocalAws

_CONSTRAINT = "The supplied prefix(es) do not satisfy the following constraint: "


@pytest.mark.parametrize(
    ("prefix", "error_prefix", "message"),
    [
        (
            "a/!{timestamp:yyyy}/",
            None,
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            "a/!{firehose:random-string}/",
            "",
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            None,
            "e/!{timestamp:yyyy}/",
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
        ),
        (
            "a/!{firehose:error-output-type}/",
            ERRORS,
            "Prefix must not contain any occurrence of !{firehose:error-output-type}",
        ),
        ("a/!{bogus:yyyy}/", ERRORS, "Namespace to the left of colon (bogus) is an invalid keyword!"),
        (
            "my!{prefix/",
            ERRORS,
            "Invalid expression usage: my!{prefix/.Must be of the form !{<namespace>:<value>}",
        ),
        (
            "a/!{firehose:bogus}/",
            ERRORS,
            "Invalid conversion character used in the value of the expression in Prefix",
        ),
        (
            "a/!{timestamp:yyyy/bbb}/",
            ERRORS,
            "Invalid conversion character used in the value of the expression in Prefix",
        ),
        ("a" * 513, None, "Length of evaluated prefix cannot be greater than 512"),
        (None, "e" * 513, "Length of evaluated ErrorOutputPrefix cannot be greater than 512"),
    ],
)
def test_recorded_refusals(
    local_aws: LocalAws, prefix: str | None, error_prefix: str | None, message: str
) -> None:
    """Reference 3.2."""
    settings = plain(Prefix=prefix, ErrorOutputPrefix=error_prefix)
    assert refused(local_aws, settings) == _CONSTRAINT + message


def test_partition_keys_need_dynamic_partitioning_and_the_other_way_round(local_aws: LocalAws) -> None:
    """Reference 3.2 and 5.1."""
    settings = plain(Prefix="a/!{partitionKeyFromLambda:k}/", ErrorOutputPrefix=ERRORS)
    assert refused(local_aws, settings) == (
        "Dynamic Partitioning Namespaces can only be part of a prefix expression when "
        "Dynamic Partitioning is enabled."
    )
    assert refused(local_aws, partitioned(Prefix="data/plain/")) == (
        "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled"
    )
    with_key = "e/!{partitionKeyFromLambda:k}/!{firehose:error-output-type}/"
    assert refused(local_aws, partitioned(ErrorOutputPrefix=with_key)) == (
        "Dynamic Partitioning Namespaces can't be part of an error prefix expression"
    )


@pytest.mark.parametrize(
    ("prefix", "error_prefix"),
    [
        ("legacy", None),
        ("a/!{timestamp:yyyy'T'HH}/", "static-errors/"),
        ("a/!{timestamp:yyyy/MM/dd/HH}/!{firehose:random-string}/", ERRORS),
        ("a" * 512, None),
        (None, "e/!{firehose:error-output-type}/!{timestamp:yyyy}/!{firehose:random-string}"),
    ],
)
def test_accepted(local_aws: LocalAws, prefix: str | None, error_prefix: str | None) -> None:
    """Reference 3.1; a fully static error prefix is accepted (3.2)."""
    found = destination(local_aws, make(local_aws, plain(Prefix=prefix, ErrorOutputPrefix=error_prefix)))
    assert found["Prefix"] == (prefix or "")
    assert found.get("ErrorOutputPrefix") == error_prefix


def test_the_backup_has_the_same_rules(local_aws: LocalAws) -> None:
    """Reference 6."""
    settings = plain(S3BackupMode="Enabled", S3BackupConfiguration=plain(Prefix="raw/!{timestamp:yyyy}/"))
    assert refused(local_aws, settings) == (
        _CONSTRAINT + "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"
    )


def test_an_update_has_the_same_rules_on_the_merged_state(local_aws: LocalAws) -> None:
    """Reference 3.2: checked at create and update."""
    name = make_active(local_aws, plain(ErrorOutputPrefix="static/"))
    update(local_aws, name, Prefix="a/!{timestamp:yyyy}/")
    code, message = refusal(lambda: update(local_aws, name, ErrorOutputPrefix=""))
    assert code == "InvalidArgumentException"
    assert "ErrorOutputPrefix cannot be null or empty" in message
    assert destination(local_aws, name)["ErrorOutputPrefix"] == "static/"


@pytest.mark.parametrize("zone", ["Mars/Phobos", "EST", "Asia/Kolkata", "Europe/Kyiv"])
def test_time_zones_that_are_refused(local_aws: LocalAws, zone: str) -> None:
    """Reference 3.1."""
    assert refused(local_aws, plain(CustomTimeZone=zone)) == (
        "Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter IANA "
        "time zones."
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Asia/Calcutta", "Europe/Berlin", ""])
def test_time_zones_that_are_taken(local_aws: LocalAws, zone: str) -> None:
    """Reference 3.1."""
    assert destination(local_aws, make(local_aws, plain(CustomTimeZone=zone)))["CustomTimeZone"] == (
        zone or "UTC"
    )


@pytest.mark.parametrize("extension", ["json", ".JSON", ".a/b"])
def test_file_extensions_that_are_refused(local_aws: LocalAws, extension: str) -> None:
    """Reference 3.6."""
    code, message = refusal(lambda: make(local_aws, plain(FileExtension=extension)))
    assert code == "ValidationException"
    assert "'extendedS3DestinationConfiguration.fileExtension'" in message
