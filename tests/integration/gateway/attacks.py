"""Requests that the gateway's door must refuse, as pages and strangers would send them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTION = json.dumps({"FunctionName": "owned", "Role": "arn:aws:iam::000000000000:role/x", "Handler": "i.h"})
SCOPE = "test/20261129/us-east-1/{}/aws4_request"
FORGED_QUERY = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
    + SCOPE.format("iam")
    + "&X-Amz-Date=20261129T000000Z"
    "&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
)


@dataclass(frozen=True)
class Attack:
    """One request that must be refused, without and with IAM."""

    method: str
    path: str
    status: int
    contains: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


PAGE = {"origin": "http://evil.example", "content-type": "text/plain"}
ATTACKS = {
    "a page creates a function": Attack("POST", "/2015-03-31/functions", 403, "web page", PAGE, FUNCTION),
    "a page runs it": Attack("POST", "/2015-03-31/functions/owned/invocations", 403, "web page", PAGE),
    "a page wipes everything": Attack("POST", "/_ministack/reset", 403, "web page", PAGE),
    "a page wipes everything of ours": Attack("POST", "/_local_aws/reset", 403, "web page", PAGE),
    "a page reads health": Attack("GET", "/_local_aws/health", 403, "web page", PAGE),
    "a page without origin": Attack("GET", "/_local_aws/health", 403, "web page", {"origin": "null"}),
    "an image": Attack("GET", "/bucket/key", 403, "web page", {"sec-fetch-site": "cross-site"}),
    "an image of an old browser": Attack(
        "GET", "/bucket/key", 403, "web page", {"referer": "http://evil.example/"}
    ),
    "a form": Attack(
        "POST",
        "/",
        403,
        "web page",
        {**PAGE, "content-type": "application/x-www-form-urlencoded"},
        "Action=ListUsers",
    ),
    "a preflight of a page": Attack(
        "OPTIONS", "/", 403, "web page", {**PAGE, "access-control-request-method": "POST"}
    ),
    "a name that leads here": Attack(
        "GET", "/_local_aws/health", 403, "evil.example", {"host": "evil.example:4566"}
    ),
    "a name like ours": Attack("GET", "/", 403, "sent to the host", {"host": "localhost.evil.example"}),
    "another machine's address": Attack("GET", "/", 403, "sent to the host", {"host": "192.168.0.9:4566"}),
    "no name": Attack("GET", "/", 403, "sent to the host", {"host": ""}),
    "reset": Attack("POST", "/_ministack/reset", 404),
    "reset, encoded": Attack("POST", "/%5Fministack/reset", 404),
    "reset, encoded twice": Attack("POST", "/%255Fministack/reset", 404),
    "reset, another slash": Attack("POST", "//_ministack/reset", 404),
    "reset, dots": Attack("POST", "/x/../_ministack/reset", 404),
    "configuration": Attack("POST", "/_ministack/config", 404, "", {}, '{"lambda_svc.X": 1}'),
    "code of functions": Attack("GET", "/_ministack/lambda-code/f", 404),
    "layers": Attack("GET", "/_ministack/lambda-layers/l/1/content", 404),
    "mail": Attack("GET", "/_ministack/ses/messages", 404),
    "messages": Attack("GET", "/_ministack/sqs/messages", 404),
    "text messages": Attack("GET", "/_ministack/sns/sms-messages", 404),
    "responses of resources": Attack("PUT", "/_ministack/cfn-response/x", 404),
    "signals of resources": Attack("PUT", "/_ministack/cfn-signal/x", 404),
    "database sign-in": Attack("POST", "/_ministack/rds/iam-auth", 404),
    "cluster sign-in": Attack("POST", "/_ministack/eks-auth/x", 404),
    "certificates": Attack("GET", "/_ministack/iot/ca.pem", 404),
    "readiness": Attack("GET", "/_ministack/ready", 404),
    "what LocalStack has": Attack("GET", "/_localstack/init", 404),
    "a proxy's path": Attack("GET", "http://127.0.0.1/_ministack/reset", 404),
    "instance credentials": Attack("GET", "/latest/meta-data/iam/security-credentials/", 403, "AccessDenied"),
    "an instance token": Attack(
        "PUT", "/latest/api/token", 403, "AccessDenied", {"x-aws-ec2-metadata-token-ttl-seconds": "60"}
    ),
    "unsigned JSON": Attack(
        "POST",
        "/",
        403,
        '"__type":"MissingAuthenticationTokenException"',
        {"x-amz-target": "AWSGlue.GetDatabases"},
        "{}",
    ),
    "unsigned JSON of ours": Attack(
        "POST",
        "/",
        403,
        "MissingAuthenticationTokenException",
        {"x-amz-target": "Firehose_20150804.PutRecord"},
        "{}",
    ),
    "unsigned text as JSON": Attack(
        "POST",
        "/",
        403,
        "MissingAuthenticationTokenException",
        {"x-amz-target": "AmazonAthena.StartQueryExecution", "content-type": "text/plain"},
        "{}",
    ),
    "unsigned query": Attack(
        "POST",
        "/",
        403,
        "<Code>MissingAuthenticationToken</Code>",
        {"content-type": "application/x-www-form-urlencoded"},
        "Action=DeleteUser&UserName=x",
    ),
    "unsigned query in the address": Attack(
        "GET", "/?Action=ListUsers", 403, "<Code>MissingAuthenticationToken</Code>"
    ),
    "a link that is none": Attack(
        "GET", "/?Action=Unsubscribe&Action=DeleteTopic", 403, "MissingAuthentication"
    ),
    "two actions": Attack(
        "POST",
        "/?Action=DeleteUser",
        403,
        "MissingAuthenticationToken",
        {"content-type": "application/x-www-form-urlencoded"},
        "Action=AssumeRoleWithWebIdentity",
    ),
    "unsigned REST": Attack("GET", "/2015-03-31/functions", 403, "missing Authentication Token"),
    "unsigned CBOR": Attack(
        "POST", "/service/Kinesis_20131202/operation/ListStreams", 403, "MissingAuthentication"
    ),
    "unsigned buckets": Attack("GET", "/", 403, "<Code>AccessDenied</Code>"),
    "an unsigned object": Attack("PUT", "/bucket/key", 403, "<Code>AccessDenied</Code>", {}, "x"),
    "an unsigned bucket in the host": Attack(
        "DELETE", "/key", 403, "<Code>AccessDenied</Code>", {"host": "bucket.localhost"}
    ),
    "an unsigned upload form": Attack(
        "POST",
        "/bucket",
        403,
        "<Code>AccessDenied</Code>",
        {"content-type": "multipart/form-data; boundary=X"},
        '--X\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--X\r\nContent-Disposition: form-data; '
        'name="file"; filename="f"\r\n\r\nx\r\n--X--\r\n',
    ),
    "unsigned tables": Attack("GET", "/iceberg/v1/config", 403),
    "unsigned mail": Attack(
        "POST", "/v2/email/outbound-emails", 403, "missing Authentication Token", {}, "{}"
    ),
    "an unsigned queue": Attack(
        "GET", "/000000000000/queue?Action=ReceiveMessage", 403, "MissingAuthentication"
    ),
    "a bearer token for S3": Attack("GET", "/", 403, "AccessDenied", {"authorization": "Bearer x"}),
    "half a signature": Attack(
        "GET", "/", 403, "AuthorizationHeaderMalformed", {"authorization": "AWS4-HMAC-SHA256 Credential=test"}
    ),
    "half a signed address": Attack(
        "GET",
        "/?X-Amz-Credential=" + SCOPE.format("s3") + "&X-Amz-Signature=00",
        403,
        "AuthorizationHeaderMalformed",
    ),
    "two signatures": Attack(
        "GET",
        "/?" + FORGED_QUERY,
        400,
        "Only one auth mechanism",
        {
            "authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE.format('iam')}, SignedHeaders=host, Signature=0"
        },
    ),
}
