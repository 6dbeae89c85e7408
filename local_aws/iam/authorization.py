"""Authentication and authorisation for the gateway: who calls one of its services, and whether they may."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, Clients
from local_aws.gateway.hosts import bucket_in_host
from local_aws.gateway.service import ApiError
from local_aws.iam import services
from local_aws.iam.actions import Actions
from local_aws.iam.control_plane import ControlPlane
from local_aws.iam.evaluator import Evaluator, access_denied
from local_aws.iam.identity import Check, Identity
from local_aws.iam.sessions import make_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.config import Settings
    from local_aws.gateway.routing import Scope
    from local_aws.gateway.service import Service
    from local_aws.gateway.signatures import Signature
    from local_aws.iam.identity import HttpRequest
    from local_aws.iam.sessions import Session

# What a service may do by its own key, besides assuming roles.
_OWN_CALLS = {
    services.FIREHOSE: frozenset(
        {"firehose:ListDeliveryStreams", "firehose:DescribeDeliveryStream", "cloudwatch:PutMetricData"}
    )
}


class Account:
    """Looks up what calls are about: keys, which may be named by an alias, and roles."""

    def __init__(self, root: Clients) -> None:
        self._root = root

    def key(self, name: str) -> tuple[str, Mapping[str, str]] | None:
        """Give ARN and tags of the KMS key with this id, ARN or alias; None when there is none."""
        kms = self._root.client("kms")
        try:
            found = kms.describe_key(KeyId=name)["KeyMetadata"]
            pages = kms.get_paginator("list_resource_tags").paginate(KeyId=found["KeyId"])
            tags = {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}
        except ClientError:
            return None
        return found["Arn"], tags

    def role(self, name: str) -> tuple[str, str | None] | None:
        """Give ARN and permissions boundary of a role; None when there is none."""
        try:
            found = self._root.client("iam").get_role(RoleName=name)["Role"]
        except ClientError:
            return None
        return found["Arn"], (found.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")


class Authorization:
    """Answers for one running gateway. Make it on the event loop, after MiniStack has been loaded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._root = Clients(settings.endpoint, settings.region, headers={BEHIND_HEADER: "1"})
        self._evaluator = Evaluator(settings.account_id)
        self._actions = Actions(settings.account_id)
        self._control_plane = ControlPlane(settings.account_id, Account(self._root))
        self._keys = services.make_keys(settings)

    def close(self) -> None:
        """Close the connections to IAM."""
        self._root.close()

    def identify(self, request: HttpRequest, signed: Scope | None) -> Identity:
        """Verify who signed a request to one of our services; on the event loop. Raises `ApiError`."""
        key_id = signed.access_key_id if signed else None
        if signed is not None and services.is_service_key(key_id):
            key = self._service_key(request, signed)
            return Identity(key.principal, self._settings.account_id, key.credentials)
        region = signed.region if signed else self._settings.region
        return self._evaluator.authenticate(request, key_id, region)

    def is_root_key(self, access_key_id: str) -> bool:
        """Return whether a key is that of an account's root."""
        return self._evaluator.is_root_key(access_key_id)

    def check_root(self, request: HttpRequest, signature: Signature) -> None:
        """Raise `ApiError` unless a request that names root's key is signed by it; on the event loop."""
        key = signature.access_key_id
        if signature.is_old:
            self._evaluator.check_old_root_signature(request, key, bucket_in_host(request.header("host")))
        else:
            self._evaluator.check_root_signature(request, key, in_query=signature.in_query)

    def authorize(
        self, identity: Identity, service: Service, operation: str, parameters: Mapping[str, Any], region: str
    ) -> None:
        """Raise `ApiError` unless `identity` may make this call; from any thread but the event loop's."""
        if services.is_service_key(identity.credentials.access_key_id):
            self._check_own_call(identity.arn, service.name, operation)
            return
        if identity.is_root:
            return
        checks = self._actions.checks(service.name, operation, parameters, region, service)
        asyncio.run_coroutine_threadsafe(self._check(identity, checks, region), self._loop).result()

    async def correct(self, request: HttpRequest, signed: Scope, parameters: Mapping[str, Any]) -> bool:
        """Authorise a call that MiniStack would check on the wrong resource.

        Gives whether MiniStack has to be told that the check is done: the account's root passes by itself. Raises
        `ApiError` when the caller may not make the call.
        """
        identity = self._evaluator.authenticate(request, signed.access_key_id, signed.region)
        if identity.is_root:
            return False
        operation, _ = _operation(request)
        checks = await asyncio.to_thread(
            self._actions.corrected, signed.service, operation, parameters, signed.region
        )
        await self._check(identity, checks, signed.region)
        return True

    async def ask(self, request: HttpRequest, signed: Scope) -> bool:
        """Check what AWS asks for before a call and MiniStack does not (see `local_aws.iam.control_plane`).

        Gives whether MiniStack has to be told that the check is done. Raises `ApiError` when the caller may not make
        the call.
        """
        identity = self._evaluator.authenticate(request, signed.access_key_id, signed.region)
        if identity.is_root:
            return False
        asked = await asyncio.to_thread(self._control_plane.asked, signed.service, request, signed.region)
        if asked is None:
            return False
        await self._check(identity, asked.checks, signed.region)
        return asked.is_all

    async def admit(self, request: HttpRequest, signed: Scope) -> Session | None:
        """Decide on a call that a service makes to one of MiniStack's services.

        Gives the new session for AssumeRole, None for a call that MiniStack may answer. Raises `ApiError` when the
        signature is wrong or the service may not do this.
        """
        principal = self._service_key(request, signed).principal
        operation, form = _operation(request)
        if (signed.service, operation) == ("sts", "AssumeRole"):
            return await self._assume(principal, form, request)
        if (signed.service, operation) == ("sns", "Publish"):
            await self._check_publishing(principal, form.get("TopicArn", ""), request)
            return None
        self._check_own_call(principal, signed.service, operation)
        return None

    async def _assume(self, principal: str, form: Mapping[str, str], request: HttpRequest) -> Session:
        role_arn, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
        context = {
            "sts:RoleSessionName": name,
            "sts:ExternalId": form.get("ExternalId", ""),
            **services.source_keys(request.header),
        }
        known = tuple((key, value) for key, value in context.items() if value)
        role = await asyncio.to_thread(self._role, role_arn)
        if role is None or not self._evaluator.service_may(
            role["AssumeRolePolicyDocument"],
            principal,
            Check("sts:AssumeRole", role_arn, known),
            is_trust=True,
        ):
            raise ApiError(
                "AccessDenied",
                f"User: {principal} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
                status=403,
            )
        try:
            session = make_session(
                role_arn, role["RoleId"], name, form.get("DurationSeconds", ""), time.time()
            )
        except ValueError as error:
            raise ApiError("ValidationError", str(error)) from error
        self._evaluator.open_session(session)
        return session

    async def _check_publishing(self, principal: str, topic_arn: str, request: HttpRequest) -> None:
        """Raise `ApiError` unless the topic's policy lets a service publish for the resource that the request names.

        AWS rule: the policy that a topic has at first lets everything in whose source is owned by its account.
        """
        source = services.source_keys(request.header)
        context = {**source, "aws:SourceOwner": source["aws:SourceAccount"]}
        check = Check("sns:Publish", topic_arn, tuple(context.items()))
        policy = await asyncio.to_thread(self._topic_policy, topic_arn)
        if policy is None or not self._evaluator.service_may(policy, principal, check):
            raise ApiError(
                "AuthorizationError",
                f"User: {principal} is not authorized to perform: SNS:Publish on resource: {topic_arn}",
                status=403,
            )

    async def _check(self, identity: Identity, checks: list[Check], region: str) -> None:
        for check in checks:
            self._evaluator.authorize(identity, check, region)

    def _check_own_call(self, principal: str, service: str, operation: str) -> None:
        action = f"{service}:{operation}"
        if action not in _OWN_CALLS.get(principal, ()):
            raise access_denied(principal, Check(action, "*"))

    def _service_key(self, request: HttpRequest, signed: Scope) -> services.ServiceKey:
        key = self._keys.get(signed.access_key_id)
        if key is None:
            raise ApiError(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        if self._evaluator.service_signature_fails(request, key.credentials.secret_access_key):
            raise ApiError(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.",
            )
        return key

    def _topic_policy(self, topic_arn: str) -> Mapping[str, Any] | None:
        """Ask SNS for a topic's policy; None when there is no such topic."""
        try:
            found = self._root.client("sns").get_topic_attributes(TopicArn=topic_arn)["Attributes"]
        except ClientError:
            return None
        policy: Mapping[str, Any] = json.loads(found["Policy"])
        return policy

    def _role(self, role_arn: str) -> Mapping[str, Any] | None:
        """Ask IAM for a role; None when there is no such role."""
        try:
            role: Any = self._root.client("iam").get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        except ClientError:
            return None
        found: Mapping[str, Any] = role
        return found if found["Arn"] == role_arn else None


def _operation(request: HttpRequest) -> tuple[str, Mapping[str, str]]:
    """Read the operation from whichever protocol it came in, and the parameters when that is a form."""
    target = request.header("x-amz-target")
    if target:
        return target.rpartition(".")[2], {}
    if "/operation/" in request.raw_path:
        return request.raw_path.rpartition("/")[2], {}
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    return form.get("Action", ""), form
