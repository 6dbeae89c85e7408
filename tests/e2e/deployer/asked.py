"""Which permissions recorded requests ask for: they are sent again by somebody who has none, and is told.

The answer names one action at a time. It is allowed then, everywhere, and the request is sent again, until it is no
longer denied.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterable

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_aws.gateway.routing import credential_scope
from tests.e2e.deployer.account import Account
from tests.payloads.check import read
from tests.payloads.recorder import Sent

NOBODY = "nobody"
_DENIED = re.compile(r"is not authorized to perform: ([\w-]+:\w+)")
# AWS rule: the answer to HEAD has no body, and these are the permissions that its two operations need.
_OF_HEADS = {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}
# AWS rule: who one is, is told to everybody.
FREE = frozenset({"sts:GetCallerIdentity"})
_SIGNED_AGAIN = frozenset(
    {
        "authorization",
        "content-length",
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    }
)


def actions(account: Account, recorded: Iterable[Sent]) -> set[str]:
    """Give the actions that the requests ask for, one request of each operation.

    Fails for an operation that somebody without a policy may call, unless everybody may.
    """
    found: set[str] = set()
    for name, sent in _one_of_each(recorded).items():
        if name in FREE:
            continue
        asked = {_OF_HEADS[name]} if name in _OF_HEADS else _climb(account, sent)
        assert asked, f"{name} asks for no permission"
        found |= asked
    return found


def _one_of_each(recorded: Iterable[Sent]) -> dict[str, Sent]:
    """Give a request of each operation: the longest, which is most likely to have all that can be asked for."""
    chosen: dict[str, Sent] = {}
    for sent in recorded:
        name = read(sent).name
        if name not in chosen or len(sent.body) > len(chosen[name].body):
            chosen[name] = sent
    return chosen


def _climb(account: Account, sent: Sent) -> set[str]:
    allowed: set[str] = set()
    while (denied := _DENIED.search(_again(account, sent, allowed))) is not None:
        assert denied[1] not in allowed, f"{sent}: {denied[1]} is allowed and denied all the same"
        allowed.add(denied[1])
    return allowed


def _again(account: Account, sent: Sent, allowed: set[str]) -> str:
    """Send a request in the name of somebody with these permissions and give the answer's body."""
    iam = account.client("iam")
    if NOBODY not in account.keys:
        account.hire(NOBODY)
    statement = {"Effect": "Allow", "Action": sorted(allowed) or ["none:None"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=NOBODY, PolicyName="so-far", PolicyDocument=document)
    scope = credential_scope(sent.headers["authorization"].encode("latin-1"))
    assert scope is not None
    headers = {name: value for name, value in sent.headers.items() if name not in _SIGNED_AGAIN}
    request = AWSRequest(sent.method, account.endpoint + sent.target, headers, sent.body)
    signer = S3SigV4Auth if scope.service == "s3" else SigV4Auth
    signer(Credentials(*account.keys[NOBODY]), scope.service, scope.region).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", account.lake.port, timeout=60)
    try:
        connection.request(sent.method, sent.target, sent.body, dict(request.headers.items()))
        return connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()
