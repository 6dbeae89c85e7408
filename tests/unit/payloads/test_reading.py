"""Reading of recorded requests: what botocore writes is identified and read back whole, in every protocol."""

from __future__ import annotations

import pytest

from tests.payloads.decode import decode
from tests.payloads.identify import UnidentifiedError, identify, model
from tests.payloads.written import everything, written

# Services that the examples use, with the protocol in which the provider speaks to them.
PROTOCOLS = {
    "athena": "json",
    "budgets": "json",
    "cloudwatch": "query",
    "firehose": "json",
    "glue": "json",
    "iam": "query",
    "kinesis": "json",
    "kms": "json",
    "lambda": "rest-json",
    "logs": "json",
    "s3": "rest-xml",
    "s3control": "rest-xml",
    "scheduler": "rest-json",
    "sns": "query",
    "sqs": "json",
    "stepfunctions": "json",
    "sts": "query",
}


@pytest.mark.parametrize("service", PROTOCOLS)
def test_every_operation_is_read_back_as_it_was_written(service: str) -> None:
    wrong = {}
    for name in model(service).operation_names:
        operation = model(service).operation_model(name)
        # One that is signed for S3 Express, and those that have a successor with the same method and path.
        if name == "ListDirectoryBuckets" or operation.deprecated:
            continue
        parameters = everything(operation)
        sent = written(service, name, parameters, PROTOCOLS[service])
        try:
            found = identify(sent)
        except UnidentifiedError as error:
            wrong[name] = str(error)
            continue
        made = decode(sent, found)
        if (found.name, found.protocol) != (f"{service}:{name}", PROTOCOLS[service]) or made.problems:
            wrong[name] = f"{found.name} {made.problems}"
        elif made.parameters != parameters:
            wrong[name] = f"{made.parameters} instead of {parameters}"
    assert wrong == {}
