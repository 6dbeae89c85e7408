mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "lake-events"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_kinesis_stream.this.retention_period == 168 && aws_kinesis_stream.this.shard_count == 1 && aws_kinesis_stream.this.stream_mode_details[0].stream_mode == "PROVISIONED"
    error_message = "one provisioned shard, a week of retention"
  }

  assert {
    condition     = aws_kinesis_stream.this.encryption_type == "KMS" && aws_kinesis_stream.this.kms_key_id == "alias/aws/kinesis"
    error_message = "a stream is always encrypted"
  }

  assert {
    condition     = length(aws_kinesis_stream_consumer.this) == 0
    error_message = "no consumer unless named"
  }
}

run "on_demand_has_no_shard_count" {
  command = plan

  variables {
    capacity = { mode = "ON_DEMAND", shard_count = 4 }
  }

  assert {
    condition     = aws_kinesis_stream.this.shard_count == null && aws_kinesis_stream.this.stream_mode_details[0].stream_mode == "ON_DEMAND"
    error_message = "AWS refuses a shard count on an on-demand stream"
  }
}

run "everything" {
  command = plan

  variables {
    capacity            = { shard_count = 8 }
    retention_hours     = 8760
    kms_key             = "arn:aws:kms:eu-west-1:111122223333:key/1"
    shard_level_metrics = ["IteratorAgeMilliseconds"]
    consumers           = ["tail", "audit"]
    tags                = { Team = "data" }
  }

  assert {
    condition     = aws_kinesis_stream.this.shard_count == 8 && aws_kinesis_stream.this.retention_period == 8760 && aws_kinesis_stream.this.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1"
    error_message = "shards, retention and key are passed on"
  }

  assert {
    condition     = aws_kinesis_stream.this.shard_level_metrics == toset(["IteratorAgeMilliseconds"]) && aws_kinesis_stream.this.tags["Team"] == "data"
    error_message = "metrics and tags are passed on"
  }

  assert {
    condition     = toset(keys(aws_kinesis_stream_consumer.this)) == toset(["audit", "tail"])
    error_message = "one consumer per name"
  }
}

run "shared_with_other_accounts" {
  command = plan

  variables {
    kms_key = "arn:aws:kms:eu-west-1:111122223333:key/one"
    sharing = {
      reader_role_arns = ["arn:aws:iam::444455556666:role/lake-events-delivery"]
      writer_role_arns = ["arn:aws:iam::777788889999:role/shop"]
    }
  }

  assert {
    condition     = length(aws_kinesis_resource_policy.this) == 1 && join(" ", data.aws_iam_policy_document.sharing[0].statement[*].sid) == "ReadFromElsewhere WriteFromElsewhere"
    error_message = "readers and writers have a statement each"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.sharing[0].statement[0].principals).identifiers == toset(["arn:aws:iam::444455556666:root"]) && one(data.aws_iam_policy_document.sharing[0].statement[0].condition).values == tolist(["arn:aws:iam::444455556666:role/lake-events-delivery"])
    error_message = "the account is the principal, the role the condition"
  }

  assert {
    condition     = !contains(data.aws_iam_policy_document.sharing[0].statement[0].actions, "kinesis:PutRecords") && !contains(data.aws_iam_policy_document.sharing[0].statement[1].actions, "kinesis:GetRecords")
    error_message = "a reader does not write, and a writer does not read"
  }
}

run "a_consumer_shared_with_another_account" {
  # The policy of a consumer names its ARN, which is known once it is made.
  command = apply

  variables {
    kms_key   = "arn:aws:kms:eu-west-1:111122223333:key/one"
    consumers = ["audit", "tail"]
    sharing   = { consumer_role_arns = { audit = ["arn:aws:iam::444455556666:role/audit"], tail = [] } }
  }

  assert {
    condition     = keys(aws_kinesis_resource_policy.consumer) == ["audit"] && aws_kinesis_resource_policy.consumer["audit"].resource_arn == "arn:aws:kinesis:eu-west-1:111122223333:stream/mock/consumer/mock:1"
    error_message = "the consumer has a policy of its own: ${jsonencode(keys(aws_kinesis_resource_policy.consumer))}"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.consumer["audit"].statement).actions == toset(["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]) && one(data.aws_iam_policy_document.consumer["audit"].statement).resources == toset(["arn:aws:kinesis:eu-west-1:111122223333:stream/mock/consumer/mock:1"])
    error_message = "a subscriber subscribes with this consumer and no other"
  }

  assert {
    condition     = one(one(data.aws_iam_policy_document.consumer["audit"].statement).condition).values == tolist(["arn:aws:iam::444455556666:role/audit"])
    error_message = "the role is the condition"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.sharing[0].statement).sid == "SubscribeFromElsewhere" && one(data.aws_iam_policy_document.sharing[0].statement).actions == toset(["kinesis:DescribeStreamSummary", "kinesis:ListShards"])
    error_message = "on the stream a subscriber looks up shards, and reads nothing from them"
  }
}
