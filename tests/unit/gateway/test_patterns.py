"""Models' patterns as Java reads them."""

from __future__ import annotations

import pytest

from local_aws.gateway import apis, patterns
from local_aws.gateway.models import service_model

NAMED = (
    "athena",
    "dynamodb",
    "ecr",
    "events",
    "glue",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "scheduler",
    "sqs",
    "ssm",
)


@pytest.mark.parametrize("service", NAMED)
def test_every_pattern_can_be_read(service: str) -> None:
    model = service_model(service)
    known = [model.shape_for(name).metadata.get("pattern") for name in model.shape_names]
    assert [one for one in known if one and not patterns.is_readable(one)] == []


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (r"[\w-]+", "a-b_9", True),
        (r"[\w-]+", "größe", False),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "größe 1", True),
        (r"\d+", "\u0661", False),
        (r"\D+", "\u0661", True),
        (r"(?i)abc", "ABC", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "\U0001f4a9", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\x00b", False),
        (r"[a-z]+", "abc\n", False),
        (r".*", "a\nb", False),
    ],
)
def test_whole_values_match(pattern: str, value: str, fits: bool) -> None:
    assert patterns.matches(pattern, value) is fits


def test_a_pattern_that_backtracks_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        patterns.matches(r"(?:a|aa|aaa)+[0-9]", "a" * 40 + "!")


@pytest.mark.parametrize("table", ["JSON_TARGETS"])
def test_targets_are_those_of_the_models(table: str) -> None:
    for target, service in getattr(apis, table).items():
        assert service_model(service).metadata["targetPrefix"] == target


def test_signing_names_are_those_of_the_models() -> None:
    for table in (apis.QUERY_SERVICES, apis.REST_JSON_SERVICES, apis.REST_XML_SERVICES):
        for signing, services in table.items():
            for service in services:
                assert service_model(service).signing_name == signing
    named = {service_model(one).signing_name for one in apis.JSON_TARGETS.values()}
    assert apis.json_services() <= named


@pytest.mark.parametrize(
    ("method", "path", "query", "operation"),
    [
        ("GET", "/2015-03-31/functions/", "", "ListFunctions"),
        ("POST", "/2015-03-31/functions", "", "CreateFunction"),
        ("GET", "/2015-03-31/functions/a", "", "GetFunction"),
        ("GET", "/2015-03-31/functions/arn%3Aaws%3Alambda/configuration", "", "GetFunctionConfiguration"),
        ("POST", "/2015-03-31/functions/a/invocations", "", "Invoke"),
    ],
)
def test_rest_operations_are_told_by_method_and_path(
    method: str, path: str, query: str, operation: str
) -> None:
    found = apis.rest_match(("lambda",), method, path, query)
    assert found is not None
    assert found.model.name == operation


def test_what_no_template_has_is_not_known() -> None:
    assert apis.rest_match(("lambda",), "GET", "/2015-03-31/other", "") is None
