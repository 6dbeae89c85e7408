"""Requests that the gateway answers itself, by users whose policies allow some of them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.clients import BEHIND_HEADER, Clients, Credentials
from local_aws.iam.services import FIREHOSE, read_key
from tests.gateway_fixture import unique
from tests.integration.iam.conftest import allow, document

if TYPE_CHECKING:
    from tests.integration.iam.conftest import Account

ACCOUNT = "000000000000"
ARN = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream"


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def user_name(clients: Clients) -> str:
    return clients.client("sts").get_caller_identity()["Arn"].rpartition("/")[2]


@pytest.fixture(scope="module")
def stream(account: Account) -> str:
    """A direct-PUT delivery stream to a bucket of the account."""
    name = unique("stream")
    bucket = unique("bucket")
    account.root.client("s3").create_bucket(Bucket=bucket)
    role = make_role(account, name, allow(["s3:PutObject"], f"arn:aws:s3:::{bucket}/*"))
    make_stream(account.root, name, role, bucket)
    return name


def make_role(account: Account, name: str, *statements: dict[str, Any], external_id: str = ACCOUNT) -> str:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "firehose.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    role = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
    account.iam.put_role_policy(RoleName=name, PolicyName="deliver", PolicyDocument=document(*statements))
    return role["Arn"]


def make_stream(clients: Clients, name: str, role: str, bucket: str) -> None:
    clients.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": role,
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        },
    )


def test_without_a_policy_nothing_is_allowed(account: Account, stream: str) -> None:
    nobody = account.user()
    name = user_name(nobody)
    code, message = refused(
        nobody.client("firehose").put_record, DeliveryStreamName=stream, Record={"Data": b"x"}
    )
    assert code == "AccessDeniedException"
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: firehose:PutRecord "
        f"on resource: {ARN}/{stream} because no identity-based policy allows the firehose:PutRecord action"
    )
    assert refused(nobody.client("athena").list_databases, CatalogName="AwsDataCatalog")[0] == code
    assert (
        refused(
            nobody.client("kinesis").list_tags_for_resource,
            ResourceARN=f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/none",
        )[0]
        == code
    )


def test_a_policy_allows_its_action_on_its_resource_only(account: Account, stream: str) -> None:
    writer = account.user(allow("firehose:PutRecord*", f"{ARN}/{stream}")).client("firehose")
    assert writer.put_record(DeliveryStreamName=stream, Record={"Data": b"x"})["RecordId"]
    assert refused(writer.describe_delivery_stream, DeliveryStreamName=stream)[0] == "AccessDeniedException"
    # Who may not ask learns nothing about what exists.
    code, _ = refused(writer.put_record, DeliveryStreamName="another", Record={"Data": b"x"})
    assert code == "AccessDeniedException"
    assert refused(writer.list_delivery_streams)[0] == "AccessDeniedException"


def test_a_denial_wins(account: Account, stream: str) -> None:
    denial = {"Effect": "Deny", "Action": "firehose:PutRecord", "Resource": "*"}
    writer = account.user(allow("firehose:*"), denial).client("firehose")
    _, message = refused(writer.put_record, DeliveryStreamName=stream, Record={"Data": b"x"})
    assert message.endswith("with an explicit deny in an identity-based policy")
    assert writer.list_delivery_streams()["DeliveryStreamNames"]


def test_groups_managed_policies_and_boundaries_count(account: Account) -> None:
    listing = account.user()
    name, group = user_name(listing), unique("group")
    firehose = listing.client("firehose")
    iam = account.iam
    policy = iam.create_policy(
        PolicyName=unique("lists"), PolicyDocument=document(allow("firehose:ListDeliveryStreams"))
    )["Policy"]["Arn"]
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    assert refused(firehose.list_delivery_streams)[0] == "AccessDeniedException"
    iam.add_user_to_group(GroupName=group, UserName=name)
    assert "DeliveryStreamNames" in firehose.list_delivery_streams()
    boundary = iam.create_policy(PolicyName=unique("boundary"), PolicyDocument=document(allow("s3:*")))
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary["Policy"]["Arn"])
    assert refused(firehose.list_delivery_streams)[0] == "AccessDeniedException"


def test_conditions_are_evaluated(account: Account) -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "lake"}, "Null": {"aws:TagKeys": "false"}}
    tagger = account.user(allow("kinesis:CreateStream", Condition=condition)).client("kinesis")
    name = unique("tagged")
    code, _ = refused(tagger.create_stream, StreamName=name, ShardCount=1, Tags={"team": "other"})
    assert code == "AccessDeniedException"
    tagger.create_stream(StreamName=name, ShardCount=1, Tags={"team": "lake"})


def test_a_role_is_passed_by_those_who_may(account: Account, stream: str) -> None:
    del stream
    name = unique("passed")
    bucket = unique("bucket")
    account.root.client("s3").create_bucket(Bucket=bucket)
    role = make_role(account, name, allow("s3:PutObject", f"arn:aws:s3:::{bucket}/*"))
    creator = account.user(allow("firehose:CreateDeliveryStream"))
    with pytest.raises(ClientError, match=re.escape(f"iam:PassRole on resource: {role}")):
        make_stream(creator, name, role, bucket)
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    to_firehose = {"StringEquals": {"iam:PassedToService": "firehose.amazonaws.com"}}
    other = account.user(allow("firehose:*"), allow("iam:PassRole", role, Condition=to_lambda))
    with pytest.raises(ClientError, match="iam:PassRole"):
        make_stream(other, name, role, bucket)
    entitled = account.user(allow("firehose:*"), allow("iam:PassRole", role, Condition=to_firehose))
    make_stream(entitled, name, role, bucket)


def test_a_wrong_signature_an_unknown_key_and_none_at_all(account: Account) -> None:
    good = account.user(allow("firehose:*"))
    keys = good.credentials
    forged = account.clients(Credentials(keys.access_key_id, "not the secret")).client("firehose")
    assert refused(forged.list_delivery_streams)[0] == "InvalidSignatureException"
    unknown = account.clients(Credentials("AKIAUNKNOWNUNKNOWN00", "x")).client("firehose")
    assert refused(unknown.list_delivery_streams)[0] == "UnrecognizedClientException"
    unsigned = boto3.client(
        "firehose",
        endpoint_url=account.instance.endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    assert refused(unsigned.list_delivery_streams)[0] in (
        "MissingAuthenticationTokenException",
        "MissingAuthenticationToken",
    )
    unsigned.close()
    account.iam.update_access_key(UserName=user_name(good), AccessKeyId=keys.access_key_id, Status="Inactive")
    assert refused(good.client("firehose").list_delivery_streams)[0] == "UnrecognizedClientException"


def test_sessions_have_their_roles_permissions(account: Account) -> None:
    person = account.user(allow("sts:AssumeRole"))
    name = unique("reader")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    role = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    account.iam.put_role_policy(
        RoleName=name, PolicyName="list", PolicyDocument=document(allow("firehose:ListDeliveryStreams"))
    )
    given = person.client("sts").assume_role(RoleArn=role, RoleSessionName="someone")["Credentials"]
    session = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert "DeliveryStreamNames" in account.clients(session).client("firehose").list_delivery_streams()
    assert refused(person.client("firehose").list_delivery_streams)[0] == "AccessDeniedException"
    without_token = account.clients(Credentials(session.access_key_id, session.secret_access_key))
    assert refused(without_token.client("firehose").list_delivery_streams)[0] == "UnrecognizedClientException"


def test_the_way_around_the_gateway_is_authorised_too(account: Account) -> None:
    nobody = account.user()
    around = Clients(account.instance.endpoint, "us-east-1", nobody.credentials, headers={BEHIND_HEADER: "1"})
    assert refused(around.client("firehose").list_delivery_streams)[0] == "AccessDeniedException"
    around.close()


def test_a_policy_that_would_be_misjudged_is_refused(account: Account) -> None:
    name = unique("user")
    account.iam.create_user(UserName=name)
    for statement, word in (
        (allow("s3:GetObject", Condition={"StringResembles": {"a": "b"}}), "StringResembles"),
        (allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*"), r"\$\{aws:username\}"),
    ):
        with pytest.raises(ClientError, match=word) as caught:
            account.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(statement))
        assert caught.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    fine = allow(
        "s3:GetObject", Condition={"ForAllValues:StringEqualsIfExists": {"aws:TagKeys": ["a", "${*}"]}}
    )
    account.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(fine))


class TestMiniStacksServices:
    """Requests that MiniStack answers, checked on the resources that AWS checks."""

    def test_logs_are_written_to_streams(self, account: Account) -> None:
        group, log_stream = unique("group"), "delivery"
        logs = account.root.client("logs")
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=log_stream)
        on = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
        events: Any = {"logGroupName": group, "logStreamName": log_stream}
        entry: Any = [{"timestamp": round(time.time() * 1000), "message": "hello"}]
        for right in (f"{on}:log-stream:*", f"{on}:*"):
            account.user(allow("logs:PutLogEvents", right)).client("logs").put_log_events(
                **events, logEvents=entry
            )
        for wrong in (on, f"{on}:log-stream:other"):
            writer = account.user(allow("logs:PutLogEvents", wrong)).client("logs")
            code, message = refused(writer.put_log_events, **events, logEvents=entry)
            assert code == "AccessDeniedException"
            assert f"logs:PutLogEvents on resource: {on}:log-stream:{log_stream}" in message

    def test_a_table_is_read_by_those_who_may_read_what_is_above_it(self, account: Account) -> None:
        glue = account.root.client("glue")
        database = unique("database")
        glue.create_database(DatabaseInput={"Name": database})
        for table in ("one", "two"):
            glue.create_table(DatabaseName=database, TableInput={"Name": table})
        arn = f"arn:aws:glue:us-east-1:{ACCOUNT}"
        above = [f"{arn}:catalog", f"{arn}:database/{database}"]
        reader = account.user(allow("glue:GetTable", [*above, f"{arn}:table/{database}/one"])).client("glue")
        assert reader.get_table(DatabaseName=database, Name="one")["Table"]["Name"] == "one"
        _, message = refused(reader.get_table, DatabaseName=database, Name="two")
        assert f"glue:GetTable on resource: {arn}:table/{database}/two" in message
        alone = account.user(allow("glue:GetTable", f"{arn}:table/{database}/one")).client("glue")
        _, message = refused(alone.get_table, DatabaseName=database, Name="one")
        assert f"glue:GetTable on resource: {arn}:catalog" in message

    def test_saved_queries_belong_to_their_workgroup(self, account: Account) -> None:
        athena: Any = account.root.client("athena")
        mine, others = unique("mine"), unique("others")
        for group in (mine, others):
            athena.create_work_group(Name=group)
        saved = {
            group: athena.create_named_query(
                Name="q", Database="default", QueryString="select 1", WorkGroup=group
            )["NamedQueryId"]
            for group in (mine, others)
        }
        group_arn = f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/{mine}"
        reader: Any = account.user(allow(["athena:GetNamedQuery", "athena:ListNamedQueries"], group_arn))
        client = reader.client("athena")
        assert client.get_named_query(NamedQueryId=saved[mine])["NamedQuery"]["WorkGroup"] == mine
        assert client.list_named_queries(WorkGroup=mine)["NamedQueryIds"] == [saved[mine]]
        assert refused(client.get_named_query, NamedQueryId=saved[others])[0] == "AccessDeniedException"
        assert refused(client.list_named_queries, WorkGroup=others)[0] == "AccessDeniedException"
        assert refused(client.get_work_group, WorkGroup=mine)[0] == "AccessDeniedException"

    def test_the_machine_itself_counts_as_tls(self, account: Account) -> None:
        bucket = unique("bucket")
        s3 = account.root.client("s3")
        s3.create_bucket(Bucket=bucket)
        denial = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        s3.put_bucket_policy(Bucket=bucket, Policy=document(denial))
        person = account.user(allow("s3:*"))
        person.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
        plain = Clients(
            account.instance.endpoint, "us-east-1", person.credentials, headers={"x-forwarded-proto": "http"}
        )
        code, message = refused(plain.client("s3").put_object, Bucket=bucket, Key="k", Body=b"x")
        assert code == "AccessDenied"
        assert "explicit deny" in message
        plain.close()


class TestServices:
    """The engine's own key: three things it may do, and nothing else."""

    @pytest.fixture
    def service(self, account: Account) -> Clients:
        return account.clients(read_key(account.instance.settings, FIREHOSE))

    def test_it_assumes_roles_that_trust_it(self, account: Account, service: Clients) -> None:
        role = make_role(account, unique("trusting"), allow("s3:PutObject"))
        sts = service.client("sts")
        answer = sts.assume_role(RoleArn=role, RoleSessionName="stream", ExternalId=ACCOUNT)
        assert answer["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/")
        for wrong in ({}, {"ExternalId": "111122223333"}):
            code, message = refused(sts.assume_role, RoleArn=role, RoleSessionName="stream", **wrong)
            assert code == "AccessDenied"
            assert message == (
                f"User: firehose.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: {role}"
            )

    def test_roles_of_other_services_are_not_its_own(self, account: Account, service: Clients) -> None:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = account.iam.create_role(RoleName=unique("other"), AssumeRolePolicyDocument=document(trust))
        assume = service.client("sts").assume_role
        arn = role["Role"]["Arn"]
        assert refused(assume, RoleArn=arn, RoleSessionName="stream", ExternalId=ACCOUNT)[0] == "AccessDenied"
        missing = f"arn:aws:iam::{ACCOUNT}:role/nobody"
        assert refused(assume, RoleArn=missing, RoleSessionName="stream")[0] == "AccessDenied"

    def test_the_source_is_a_condition(self, account: Account) -> None:
        stream = f"{ARN}/orders"
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": ["firehose.amazonaws.com"]},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": stream},
            },
        }
        role = account.iam.create_role(RoleName=unique("source"), AssumeRolePolicyDocument=document(trust))
        for source, right in ((stream, True), (f"{ARN}/others", False)):
            clients = Clients(
                account.instance.endpoint,
                "us-east-1",
                read_key(account.instance.settings, FIREHOSE),
                headers={"x-amz-source-arn": source, "x-amz-source-account": ACCOUNT},
            )
            parameters: Any = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "stream"}
            if right:
                assert clients.client("sts").assume_role(**parameters)["Credentials"]
            else:
                assert refused(clients.client("sts").assume_role, **parameters)[0] == "AccessDenied"
            clients.close()

    def test_it_may_do_nothing_else(self, account: Account, service: Clients, stream: str) -> None:
        assert stream in service.client("firehose").list_delivery_streams(Limit=1000)["DeliveryStreamNames"]
        service.client("cloudwatch").put_metric_data(
            Namespace="AWS/Firehose", MetricData=[{"MetricName": "a", "Value": 1.0}]
        )
        for call in (
            service.client("s3").list_buckets,
            service.client("iam").list_users,
            service.client("kinesis").list_streams,
        ):
            with pytest.raises(ClientError):
                call()
        code, _ = refused(service.client("firehose").delete_delivery_stream, DeliveryStreamName=stream)
        assert code == "AccessDeniedException"
        key = service.credentials
        forged = account.clients(Credentials(key.access_key_id, "not the secret"))
        assert refused(forged.client("firehose").list_delivery_streams)[0] == "InvalidSignatureException"
        with pytest.raises(ClientError):
            forged.client("sts").assume_role(
                RoleArn=f"arn:aws:iam::{ACCOUNT}:role/r", RoleSessionName="stream"
            )
