"""Services that nobody answers here, refused by name before MiniStack looks for them.

MiniStack would read the models of all of AWS's services to find out whether a name that it does not serve is one of
them. That takes it half a minute on a busy machine, in which no API answers.
"""

from __future__ import annotations

import re

from local_aws.gateway import apis
from local_aws.gateway.service import ApiError

NOT_IMPLEMENTED = 501
# What MiniStack serves beside the APIs whose requests are checked: by other names, and data planes.
_UNCHECKED = frozenset(
    {
        *("appconfigdata", "appsync-events", "bedrock-agentcore", "bedrock-runtime", "cloudcontrol"),
        *("cloudfront-keyvaluestore", "documentdb", "dynamodbstreams", "execute-api", "iot-data"),
        *("iot-jobs-data", "iotdata", "kinesisanalyticsv2", "lambda-core", "lambda-microvms", "location"),
        *("opensearch", "opensearchserverless", "s3", "s3files", "sqs"),
    }
)
ANSWERED = frozenset(
    {
        *_UNCHECKED,
        *apis.QUERY_SERVICES,
        *apis.REST_JSON_SERVICES,
        *apis.REST_XML_SERVICES,
        *apis.json_services(),
    }
)
# As MiniStack reads it, which is laxer than a signature's form.
_CREDENTIAL = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


def refusal_of_service(authorization: str, target: str) -> ApiError | None:
    """Return the error for a request signed for a service that nobody answers; None for any other request."""
    signed = _CREDENTIAL.search(authorization)
    if signed is None or signed[1] in ANSWERED or target.rpartition(".")[0] in apis.JSON_TARGETS:
        return None
    return ApiError(
        "NotImplemented",
        f"The local AWS has no service {signed[1]!r:.80}, which the request is signed for.",
        NOT_IMPLEMENTED,
    )
