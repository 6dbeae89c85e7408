"""S3's request metrics: configurations as clients put and read them, and the requests that are counted by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway_fixture import unique
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.gateway_fixture import LocalAws

ALL: Any = {"Id": "all"}
ERRORS: Any = {"Id": "errors", "Filter": {"Prefix": "errors/ü & <b>/"}}


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def sums(instance: LocalAws, bucket: str, id_: str) -> dict[str, float]:
    """Give the sums of the last hour by the metrics' names, without those that are 0."""
    cloudwatch: Any = instance.clients.client("cloudwatch")
    dimensions = [{"Name": "BucketName", "Value": bucket}, {"Name": "FilterId", "Value": id_}]
    found = {}
    for metric in cloudwatch.list_metrics(Namespace="AWS/S3", Dimensions=dimensions)["Metrics"]:
        points = cloudwatch.get_metric_statistics(
            **metric,
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        total = sum(point["Sum"] for point in points)
        if total:
            found[metric["MetricName"]] = total
    return found


def test_configurations_are_put_read_and_deleted_and_the_bucket_stays(local_aws: LocalAws) -> None:
    s3, bucket = local_aws.clients.client("s3"), unique("counted")
    s3.create_bucket(Bucket=bucket)
    assert "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket=bucket)
    for configuration in (ERRORS, ALL):
        s3.put_bucket_metrics_configuration(
            Bucket=bucket, Id=configuration["Id"], MetricsConfiguration=configuration
        )
        found = s3.get_bucket_metrics_configuration(Bucket=bucket, Id=configuration["Id"])
        assert found["MetricsConfiguration"] == configuration
    listed = s3.list_bucket_metrics_configurations(Bucket=bucket)
    assert listed["MetricsConfigurationList"] == [ALL, ERRORS]
    assert listed["IsTruncated"] is False
    s3.delete_bucket_metrics_configuration(Bucket=bucket, Id="all")
    get, put = s3.get_bucket_metrics_configuration, s3.put_bucket_metrics_configuration
    assert refused(get, Bucket=bucket, Id="all") == "NoSuchConfiguration"
    assert refused(s3.delete_bucket_metrics_configuration, Bucket=bucket, Id="all") == "NoSuchConfiguration"
    assert refused(get, Bucket=unique("nobody"), Id="all") == "NoSuchBucket"
    assert refused(put, Bucket=bucket, Id="a", MetricsConfiguration={"Id": "b"}) == "MalformedXML"
    tagged = {"Id": "a", "Filter": {"Tag": {"Key": "k", "Value": "v"}}}
    assert refused(put, Bucket=bucket, Id="a", MetricsConfiguration=tagged) == "NotImplemented"
    s3.head_bucket(Bucket=bucket)


def test_requests_are_counted_by_prefix(local_aws: LocalAws) -> None:
    s3, bucket = local_aws.clients.client("s3"), unique("counted")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="errors/ü & <b>/before", Body=b"1")
    for configuration in (ALL, ERRORS):
        s3.put_bucket_metrics_configuration(
            Bucket=bucket, Id=configuration["Id"], MetricsConfiguration=configuration
        )
    s3.put_object(Bucket=bucket, Key="errors/ü & <b>/1", Body=b"1")
    s3.put_object(Bucket=bucket, Key="other/1", Body=b"1")
    s3.get_object(Bucket=bucket, Key="errors/ü & <b>/1")["Body"].read()
    assert refused(s3.get_object, Bucket=bucket, Key="errors/ü & <b>/2") == "NoSuchKey"
    s3.list_objects_v2(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="other/1")
    expected = {"AllRequests": 3.0, "PutRequests": 1.0, "GetRequests": 2.0, "4xxErrors": 1.0}
    wait_until(
        lambda: sums(local_aws, bucket, "errors") == expected, "the requests under the prefix are counted"
    )
    # With the one that made the second configuration.
    whole = {**expected, "AllRequests": 7.0, "PutRequests": 2.0, "DeleteRequests": 1.0, "ListRequests": 1.0}
    wait_until(lambda: sums(local_aws, bucket, "all") == whole, "all requests are counted")


def test_configurations_outlive_a_kill_and_not_their_bucket(make_local_aws: Callable[[], LocalAws]) -> None:
    instance = make_local_aws()
    s3 = instance.clients.client("s3")
    s3.create_bucket(Bucket="counted")
    s3.put_bucket_metrics_configuration(Bucket="counted", Id="all", MetricsConfiguration={"Id": "all"})
    instance.stop()
    instance.start()
    found = s3.list_bucket_metrics_configurations(Bucket="counted")["MetricsConfigurationList"]
    assert found == [{"Id": "all"}]
    s3.delete_bucket(Bucket="counted")
    s3.create_bucket(Bucket="counted")

    def are_gone() -> bool:
        return "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket="counted")

    wait_until(are_gone, "the new bucket has no configurations of the old one")
