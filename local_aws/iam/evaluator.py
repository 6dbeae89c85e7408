"""Signatures and policies, judged by MiniStack's evaluator.

The gateway's services and MiniStack's stand behind one port and share users, roles, keys and policies, so they share
the judge as well: what a policy allows does not depend on who answers the call. MiniStack offers no API for that
(it has no policy simulator that knows sessions, and keeps secret keys to itself), so this module calls the functions
that its own requests go through. It is the only one that does, and all names of MiniStack stand in it.

MiniStack keeps its state on the event loop's thread; `Evaluator` must be used there too.
"""

from __future__ import annotations

import contextvars
import importlib
from typing import TYPE_CHECKING, Any

from local_aws.clients import Credentials
from local_aws.gateway.service import ApiError
from local_aws.iam.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_aws.iam.identity import Check, HttpRequest
    from local_aws.iam.sessions import Session

# AWS rule: what the JSON protocols call the failures that the older ones name otherwise.
_CODES = {
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "InvalidToken": "UnrecognizedClientException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "IncompleteSignature": "IncompleteSignatureException",
    "UnsupportedSignature": "InvalidSignatureException",
    "CredentialDateMismatch": "InvalidSignatureException",
    "RequestExpired": "InvalidSignatureException",
}
# AWS rule: a presigned URL lasts seven days at most.
_LONGEST_URL_SECONDS = 7 * 86_400


class Evaluator:
    """Tells who signed a request, and whether their policies allow what it does."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._iam: Any = importlib.import_module("ministack.core.iam_evaluator")
        self._responses: Any = importlib.import_module("ministack.core.responses")
        self._sigv4: Any = importlib.import_module("ministack.core.sigv4")
        self._sts: Any = importlib.import_module("ministack.services.sts")

    def authenticate(self, request: HttpRequest, access_key_id: str | None, region: str) -> Identity:
        """Verify the signature and give the caller.

        Raises `ApiError` with the code that AWS's JSON services use: no signature, one that does not match, an
        unknown or disabled key, an expired session.
        """
        if not access_key_id:
            raise ApiError(
                "MissingAuthenticationTokenException", "Request is missing Authentication Token", status=403
            )
        identity: Identity = self._apart(lambda: self._authenticated(request, access_key_id, region))
        return identity

    def authorize(self, identity: Identity, check: Check, region: str) -> None:
        """Raise `ApiError` AccessDeniedException unless the caller's policies allow `check`."""
        denied = self._apart(lambda: self._evaluated(identity, check, region))
        if denied is None:
            return
        if isinstance(denied, self._iam.AuthError):
            raise _failure(denied)
        raise access_denied(identity.arn, check, explicit=denied.decision == "Deny")

    def service_signature_fails(self, request: HttpRequest, secret_access_key: str) -> bool:
        """Tell whether a request was not signed with this secret, or at another time."""
        headers = {name.decode("latin-1"): self._sigv4.decode_header_value(v) for name, v in request.headers}
        signature = self._sigv4.parse_header_signature(headers)
        if isinstance(signature, tuple) or self._sigv4.request_time_failure(signature):
            return True
        return bool(
            self._sigv4.header_signature_failure(
                signature,
                secret_access_key,
                request.method,
                request.raw_path,
                request.query,
                headers,
                request.body,
            )
        )

    def is_root_key(self, access_key_id: str) -> bool:
        """Return whether a key is that of an account's root: MiniStack takes its word for everything."""
        return bool(self._iam.is_root_access_key(access_key_id))

    def check_root_signature(self, request: HttpRequest, access_key_id: str, *, in_query: bool) -> None:
        """Raise `ApiError` for a request that names root's key and is not signed by it, or signed at another time."""
        headers: dict[str, str] = {}
        for name, value in request.headers:
            key, text = name.decode("latin-1"), self._sigv4.decode_header_value(value)
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        parse = self._sigv4.parse_query_signature if in_query else self._sigv4.parse_header_signature
        signature = parse(request.query if in_query else headers)
        if isinstance(signature, tuple):
            raise _refusal(*signature)
        failure = self._root_time_failure(request, signature, in_query=in_query)
        failure = failure or self._sigv4.header_signature_failure(
            signature,
            self._root_secret(access_key_id),
            request.method,
            request.raw_path,
            request.query,
            headers,
            request.body,
            presigned=in_query,
        )
        if failure:
            raise _refusal(*failure)

    def check_old_root_signature(self, request: HttpRequest, access_key_id: str, bucket: str | None) -> None:
        """Raise `ApiError` for S3's signature of version 2 that is not root's; `bucket` is the one in the host."""
        path = f"/{bucket}{request.raw_path}" if bucket else request.raw_path
        headers = {name.decode("latin-1"): self._sigv4.decode_header_value(v) for name, v in request.headers}
        signed = self._iam.SignedRequest(
            access_key_id,
            request.method,
            request.raw_path,
            request.query,
            headers,
            sigv2=True,
            auth_path=path,
        )
        checked = self._apart(lambda: self._iam._sigv2_check(signed, self._root_account(access_key_id)))
        if isinstance(checked, self._iam.AuthError):
            raise _refusal(checked.code, checked.message)

    def _root_time_failure(self, request: HttpRequest, signature: Any, *, in_query: bool) -> Any:
        """Return what is wrong with the time of a signature: a URL lasts as long as it says, a header minutes."""
        if not in_query:
            return self._sigv4.request_time_failure(signature)
        expires = (request.query.get("X-Amz-Expires") or [""])[0]
        try:
            seconds = int(expires)
            expired = self._sigv4.presigned_request_is_expired(signature.amz_date, seconds)
        except ValueError:
            return (
                "AuthorizationQueryParametersError",
                f"X-Amz-Expires is {expires!r}; it must be a number of seconds",
            )
        if not 0 < seconds <= _LONGEST_URL_SECONDS:
            return (
                "AuthorizationQueryParametersError",
                f"X-Amz-Expires is {seconds}; it must be from 1 to {_LONGEST_URL_SECONDS} seconds",
            )
        early = self._sigv4.request_time_failure(signature)
        is_early = early is not None and "not yet current" in early[1]
        return ("AccessDenied", "Request has expired") if expired else (early if is_early else None)

    def _root_account(self, access_key_id: str) -> str:
        return access_key_id if access_key_id.isdigit() else self._account_id

    def _root_secret(self, access_key_id: str) -> str:
        account_id = self._root_account(access_key_id)
        found = self._apart(lambda: self._iam.resolve_credential(access_key_id, account_id))
        if isinstance(found, self._iam.CredentialResolutionError):
            raise _refusal(found.code, found.message)
        return str(found.secret_access_key)

    def service_may(
        self, policy: Mapping[str, Any], service: str, check: Check, *, is_trust: bool = False
    ) -> bool:
        """Tell whether the policy of a resource lets `service` (`firehose.amazonaws.com`) do something with it.

        The context of `check` has the condition keys of the call: `aws:SourceAccount`, `aws:SourceArn`. A role's trust
        policy (`is_trust`) has no Resource: it is about the role it belongs to.
        """
        statements = policy.get("Statement") or []
        if isinstance(statements, dict):
            statements = [statements]
        named = [one for one in statements if _names_service(one.get("Principal"), service)]
        if is_trust:
            named = [{**one, "Resource": "*"} for one in named]
        evaluation = self._iam.EvalContext(
            principal_arn=service,
            principal_type="AWSService",
            principal_account="",
            action=check.action,
            resource_arn=check.resource,
            region="",
            # The loopback interface stands for AWS's TLS connections.
            secure_transport=True,
            service_context={key.lower(): value for key, value in check.context},
            principal_keys={"aws:principalservicename": service, "aws:principalisawsservice": "true"},
        )
        parsed = self._iam.parse_policy_document({"Statement": named})
        return bool(self._iam.evaluate(evaluation, [parsed]).decision == "Allow")

    def open_session(self, session: Session) -> None:
        """Make a role's session known, so that its key pair is that of the role from now on."""
        self._sts.register_session(
            session.credentials.access_key_id,
            {
                "Arn": session.arn,
                "UserId": session.assumed_role_id,
                "AccountId": self._account_id,
                "PrincipalType": "AssumedRole",
                "SecretAccessKey": session.credentials.secret_access_key,
                "SessionToken": session.credentials.session_token,
                "Expiration": session.expires_seconds,
            },
        )

    def _authenticated(self, request: HttpRequest, access_key_id: str, region: str) -> Identity:
        self._enter(access_key_id, region)
        self._iam.pin_signed_request(
            request.method, request.raw_path, dict(request.query), list(request.headers)
        )
        self._iam.pin_signed_body(request.body)
        account_id = self._responses.get_account_id()
        verified = self._iam.authenticate(access_key_id, account_id)
        if verified is None:
            # The account's root: its signature was verified at the door (`check_root_signature`).
            verified = self._iam.resolve_credential(access_key_id, account_id)
        if isinstance(verified, self._iam.AuthError | self._iam.CredentialResolutionError):
            raise _failure(verified)
        if verified.account_id != self._account_id:
            raise ApiError(
                "AccessDeniedException",
                f"{verified.principal_arn} is of another account; this service has account {self._account_id} only",
            )
        keys = Credentials(verified.access_key_id, verified.secret_access_key, verified.session_token)
        return Identity(verified.principal_arn, verified.account_id, keys)

    def _evaluated(self, identity: Identity, check: Check, region: str) -> Any:
        key = identity.credentials.access_key_id
        self._enter(key, region)
        service = check.action.partition(":")[0]
        context = {name: list(v) if isinstance(v, tuple) else v for name, v in check.context}
        return self._iam.enforce(
            key, check.action, service, region, resource_arn=check.resource, service_context=context
        )

    def _enter(self, access_key_id: str, region: str) -> None:
        account_id = self._iam.find_iam_access_key_account(access_key_id) or access_key_id
        self._responses.set_request_account_id(account_id)
        self._responses.set_request_region(region)
        # The loopback interface stands for AWS's TLS connections.
        self._iam.pin_request_origin("127.0.0.1", True)

    def _apart(self, call: Callable[[], Any]) -> Any:
        """Run `call` with request variables of its own, which MiniStack's requests never see."""
        return contextvars.copy_context().run(call)


def access_denied(caller: str, check: Check, *, explicit: bool = False) -> ApiError:
    """Give AWS's sentence for a call that no policy allows, or that one denies."""
    reason = (
        "with an explicit deny in an identity-based policy"
        if explicit
        else f"because no identity-based policy allows the {check.action} action"
    )
    return ApiError(
        "AccessDeniedException",
        f"User: {caller} is not authorized to perform: {check.action} on resource: {check.resource} {reason}",
    )


def _refusal(code: str, message: str) -> ApiError:
    return ApiError(_CODES.get(code, code), message, status=403)


def _failure(error: Any) -> ApiError:
    return ApiError(_CODES.get(error.code, error.code), error.message)


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS"))):
        return True
    if not isinstance(principal, dict):
        return False
    return service in _listed(principal.get("Service"))


def _listed(named: Any) -> list[str]:
    return [named] if isinstance(named, str) else list(named or ())
