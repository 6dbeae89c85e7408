"""A short, seeded part of `make fuzz`, and a longer one among the slow tests."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.requests import request, services
from tests.fuzz.run import run, run_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws


def test_a_seed_is_the_same_requests() -> None:
    made = [[request(one, random.Random(7)) for one in ("kinesis", "iam", "lambda", "s3")] for _ in range(2)]
    assert made[0] == made[1]


def test_every_kind_of_protocol_is_tried() -> None:
    assert {"athena", "dynamodb", "ec2", "glue", "iam", "kinesis", "lambda", "s3", "scheduler", "sqs"} <= {
        *services()
    }


def test_no_request_ends_in_a_server_error(make_local_aws: Callable[..., LocalAws]) -> None:
    report = run(make_local_aws(), seed=11, seconds=60, most_requests=400, lists=False)
    assert report.failures == []
    assert report.requests > 50


def test_what_is_not_required_may_be_left_out(make_local_aws: Callable[..., LocalAws]) -> None:
    report = run_least(make_local_aws(), ("athena", "cloudwatch", "firehose", "glue", "kinesis"))
    assert report.failures == []
    assert report.requests > 400


@pytest.mark.slow
def test_what_is_not_required_may_be_left_out_of_any_service(make_local_aws: Callable[..., LocalAws]) -> None:
    report = run_least(make_local_aws(), services())
    assert report.failures == []
    assert report.requests > 4000


@pytest.mark.slow
def test_no_request_ends_in_a_server_error_and_every_list_answers(
    make_local_aws: Callable[..., LocalAws],
) -> None:
    report = run(make_local_aws(), seed=12, seconds=120)
    assert report.failures == []
    assert report.lists > 500
