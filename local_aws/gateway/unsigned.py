"""What AWS serves to callers without credentials, and so does the gateway; every other request must be signed.

The first group are operations that AWS's models mark as unsigned, the second data planes with a check of their own or
none (the address is the secret). What is not here is refused: MiniStack's own paths, instance metadata
(`/latest/meta-data/…`, `/v4/…`), container registries without a token, IAM Identity Center's sign-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# Every address of MiniStack's own; they act without credentials (reset, config, code of functions, mail, …).
OWN_NAMES = frozenset({"_ministack", "_localstack"})
HEALTH_PATHS = frozenset({"/_local_aws/health", "/_ministack/health", "/_localstack/health", "/health"})

_COGNITO_IDENTITY = frozenset({"GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity"})
_COGNITO_USERS = frozenset(
    {
        "AssociateSoftwareToken",
        "ChangePassword",
        "CompleteWebAuthnRegistration",
        "ConfirmDevice",
        "ConfirmForgotPassword",
        "ConfirmSignUp",
        "DeleteUser",
        "DeleteUserAttributes",
        "DeleteWebAuthnCredential",
        "ForgetDevice",
        "ForgotPassword",
        "GetDevice",
        "GetTokensFromRefreshToken",
        "GetUser",
        "GetUserAttributeVerificationCode",
        "GetUserAuthFactors",
        "GlobalSignOut",
        "InitiateAuth",
        "ListDevices",
        "ListWebAuthnCredentials",
        "ResendConfirmationCode",
        "RespondToAuthChallenge",
        "RevokeToken",
        "SetUserMFAPreference",
        "SetUserSettings",
        "SignUp",
        "StartWebAuthnRegistration",
        "UpdateAuthEventFeedback",
        "UpdateDeviceStatus",
        "UpdateUserAttributes",
        "VerifySoftwareToken",
        "VerifyUserAttribute",
    }
)
# By the prefix of `x-amz-target`.
TARGETS = {
    "AWSCognitoIdentityService": _COGNITO_IDENTITY,
    "AWSCognitoIdentityProviderService": _COGNITO_USERS,
}
# Of the query protocol; the action stands in the body.
STS_ACTIONS = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
# Links in messages of SNS to a person.
_LINKS = frozenset({"ConfirmSubscription", "Unsubscribe"})


@dataclass(frozen=True)
class DataPlane:
    """Addresses that callers without AWS credentials use; `header` is one that such a request must have."""

    what: str
    host: str = r".*"
    path: str = r"/.*"
    methods: tuple[str, ...] = ()
    header: bytes = b""


DATA_PLANES = (
    DataPlane(
        "function URLs with AuthType NONE; others refuse by themselves", host=r"[a-z0-9-]+\.lambda-url\..*"
    ),
    DataPlane("function URLs with AuthType NONE; others refuse by themselves", path=r"/_aws/lambda-url/.+"),
    DataPlane("API Gateway: the API's own authorizers decide", host=r"[a-z0-9]+\.execute-api\..*"),
    DataPlane("API Gateway: the API's own authorizers decide", path=r"/_aws/execute-api/.+"),
    DataPlane(
        "API Gateway: the API's own authorizers decide", path=r"/restapis/[^/]+/[^/]+/_user_request_(/.*)?"
    ),
    DataPlane(
        "AppSync: an API key or a token",
        path=r"/v1/apis/[^/]+/graphql",
        methods=("POST",),
        header=b"x-api-key",
    ),
    DataPlane("AppSync: an API key or a token", host=r"[a-z0-9]+\.appsync(-realtime)?-api\..*"),
    DataPlane("load balancers: the targets decide", path=r"/_alb/.+"),
    DataPlane("load balancers: the targets decide", host=r".+\.alb\.localhost"),
    DataPlane("CloudFront: distributions are public", host=r"[a-z0-9]+\.cloudfront\..*"),
    DataPlane(
        "Cognito: sign-in pages", path=r"/(oauth2/authorize|login|logout|signup)", methods=("GET", "POST")
    ),
    DataPlane(
        "Cognito: tokens and user data, by a code or a token", path=r"/oauth2/(token|userInfo|userinfo)"
    ),
    DataPlane(
        "Cognito: keys of a user pool",
        path=r"/[^/]+/\.well-known/(jwks\.json|openid-configuration)",
        methods=("GET",),
    ),
    DataPlane("ECR's registry: a token", path=r"/v2/.*", header=b"authorization"),
)


def data_plane(scope: MutableMapping[str, Any]) -> DataPlane | None:
    """Return the data plane that a request is for, or None."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    name = re.sub(r":\d+$", "", host)
    names = {header for header, _ in scope["headers"]}
    for one in DATA_PLANES:
        if (
            re.fullmatch(one.host, name)
            and re.fullmatch(one.path, scope["path"], re.DOTALL)
            and (not one.methods or scope.get("method", "GET") in (*one.methods, "OPTIONS"))
            and (not one.header or one.header in names)
        ):
            return one
    return None


def is_unsigned_operation(scope: MutableMapping[str, Any]) -> bool:
    """Return whether AWS's model or a link of SNS says that this operation needs no signature.

    The action of a form is in its body, see `is_unsigned_form`.
    """
    target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"").decode(
        "latin-1"
    )
    if target:
        prefix, _, operation = target.partition(".")
        return operation in TARGETS.get(prefix, ())
    if scope["method"] == "GET" and scope["path"] == "/":
        actions = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("Action", [])
        return len(actions) == 1 and actions[0] in _LINKS
    return False


def is_form(scope: MutableMapping[str, Any]) -> bool:
    """Return whether a request without target is one of the query protocol: an action in a form."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    named = any(name == b"x-amz-target" for name, _ in scope["headers"])
    is_post = scope["method"] == "POST" and scope["path"] == "/"
    return is_post and not named and kind.lower().startswith(b"application/x-www-form-urlencoded")


def is_unsigned_form(body: bytes, query_string: bytes) -> bool:
    """Return whether a form asks for one operation that needs no signature, and for nothing else."""
    actions = [
        *parse_qs(body.decode("latin-1")).get("Action", []),
        *parse_qs(query_string.decode("latin-1")).get("Action", []),
    ]
    return len(actions) == 1 and actions[0] in STS_ACTIONS
