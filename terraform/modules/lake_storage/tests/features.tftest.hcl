mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "lake"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this["data"].bucket == "lake-data-111122223333-eu-west-1" && toset(keys(aws_s3_bucket.this)) == toset(["data", "raw", "results"])
    error_message = "the buckets are ${join(", ", values(aws_s3_bucket.this)[*].bucket)}"
  }

  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "data is not deleted with a bucket unless force_destroy says so"
  }

  assert {
    condition     = alltrue([for encryption in aws_s3_bucket_server_side_encryption_configuration.this : one(one(encryption.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"])
    error_message = "without a key S3 encrypts with its own"
  }

  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
    error_message = "every bucket is versioned"
  }

  assert {
    condition     = alltrue([for block in aws_s3_bucket_public_access_block.this : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "public access is blocked in all four ways"
  }

  assert {
    condition     = alltrue([for document in data.aws_iam_policy_document.bucket : alltrue([for statement in document.statement : statement.effect == "Deny"]) && join(" ", document.statement[*].sid) == "DenyWithoutTls DenyOldTls"])
    error_message = "bucket policies only deny: access without TLS, and old TLS"
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0
    error_message = "access logs need a bucket of the user's"
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.this["raw"].rule : rule.expiration[0].days == 30 if rule.id == "raw"]) && length(aws_s3_bucket_lifecycle_configuration.this["raw"].rule) == 2
    error_message = "the raw backup expires after 30 days"
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this["data"].rule : one(rule.transition).storage_class == "STANDARD_IA" && one(rule.transition).days == 90 && length(rule.expiration) == 0 && rule.filter[0].prefix == "data/" if rule.id == "data"
    ])
    error_message = "data moves to STANDARD_IA and stays"
  }

  assert {
    condition     = alltrue(flatten([for lifecycle in aws_s3_bucket_lifecycle_configuration.this : [for rule in lifecycle.rule : length(rule.filter) == 1]]))
    error_message = "every lifecycle rule has a filter"
  }

  assert {
    condition = alltrue([
      for lifecycle in aws_s3_bucket_lifecycle_configuration.this : lifecycle.rule[0].id == "clean-up" && lifecycle.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 3 && lifecycle.rule[0].noncurrent_version_expiration[0].noncurrent_days == 7
    ])
    error_message = "old versions and unfinished uploads go in every bucket"
  }
}

run "customer_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  assert {
    condition = alltrue([
      for encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      one(encryption.rule).bucket_key_enabled && one(one(encryption.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(encryption.rule).apply_server_side_encryption_by_default).kms_master_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1"
    ])
    error_message = "a customer key encrypts every bucket, with a bucket key"
  }
}

run "everything" {
  command = plan

  variables {
    bucket_names          = { data = "my-own-data" }
    force_destroy         = true
    data_lifecycle        = { transitions = [{ days = 30, storage_class = "STANDARD_IA" }, { days = 90, storage_class = "GLACIER_IR" }], expiration_days = 365 }
    error_expiration_days = null
    access_logging        = { bucket = "logs", prefix = "s3/" }
  }

  assert {
    condition     = aws_s3_bucket.this["data"].bucket == "my-own-data" && aws_s3_bucket.this["raw"].bucket == "lake-raw-111122223333-eu-west-1" && aws_s3_bucket.this["data"].force_destroy
    error_message = "a bucket can have a name of its own"
  }

  assert {
    condition     = join(" ", aws_s3_bucket_lifecycle_configuration.this["data"].rule[*].id) == "clean-up data" && length(aws_s3_bucket_lifecycle_configuration.this["data"].rule[1].transition) == 2 && aws_s3_bucket_lifecycle_configuration.this["data"].rule[1].expiration[0].days == 365
    error_message = "errors are kept for ever when their expiration is null; data moves twice and expires"
  }

  assert {
    condition     = aws_s3_bucket_logging.this["data"].target_bucket == "logs" && aws_s3_bucket_logging.this["data"].target_prefix == "s3/my-own-data/"
    error_message = "access logs go to the given bucket, by bucket"
  }
}

run "written_from_other_accounts" {
  command = plan

  variables {
    writer_role_arns = ["arn:aws:iam::444455556666:role/lake-events-delivery"]
  }

  assert {
    condition     = alltrue([for bucket in ["data", "raw"] : contains(data.aws_iam_policy_document.bucket[bucket].statement[*].sid, "WriteFromElsewhere")]) && !contains(data.aws_iam_policy_document.bucket["results"].statement[*].sid, "WriteFromElsewhere")
    error_message = "deliveries write data and backup, nobody's query results"
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.bucket["data"].statement : statement.actions if statement.sid == "WriteFromElsewhere"]) == toset(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"])
    error_message = "a delivery deletes nothing"
  }
}

run "nothing_is_copied_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_replication_configuration.this) == 0 && length(aws_iam_role.replication) == 0 && output.replication_role_arn == null
    error_message = "replication is off by default"
  }
}

run "copied_within_the_account" {
  command = plan

  variables {
    replication = { raw = { bucket = "copies", storage_class = "GLACIER_IR" } }
  }

  assert {
    condition     = keys(aws_s3_bucket_replication_configuration.this) == ["raw"] && one(one(aws_s3_bucket_replication_configuration.this["raw"].rule).destination).bucket == "arn:aws:s3:::copies" && one(one(aws_s3_bucket_replication_configuration.this["raw"].rule).destination).storage_class == "GLACIER_IR"
    error_message = "only what is named is copied, to where it is told"
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this["raw"].rule).delete_marker_replication).status == "Disabled" && length(one(aws_s3_bucket_replication_configuration.this["raw"].rule).source_selection_criteria) == 0
    error_message = "what is deleted here stays there, and without a key nothing is said of keys"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.replication[0].statement[*].sid) == "ReadRules ReadVersions WriteCopies" && data.aws_iam_policy_document.replication[0].statement[2].actions == toset(["s3:ReplicateObject", "s3:ReplicateTags"]) && data.aws_iam_policy_document.replication[0].statement[2].resources == toset(["arn:aws:s3:::copies/*"])
    error_message = "the role reads versions and writes copies, and deletes nothing"
  }

  assert {
    condition     = one(one(data.aws_iam_policy_document.replication_trust[0].statement).condition).values == tolist(["111122223333"])
    error_message = "only this account's buckets use the role"
  }
}

run "copied_to_another_account_and_region" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    role_path   = "/lake/"
    replication = {
      data = { bucket = "copies-of-data", account_id = "444455556666", kms_key_arn = "arn:aws:kms:eu-central-1:444455556666:key/2", prefix = "data/", delete_markers = true }
      raw  = { bucket = "copies-of-raw", kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/3" }
    }
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = one(one(one(aws_s3_bucket_replication_configuration.this["data"].rule).source_selection_criteria).sse_kms_encrypted_objects).status == "Enabled" && one(one(one(aws_s3_bucket_replication_configuration.this["data"].rule).destination).encryption_configuration).replica_kms_key_id == "arn:aws:kms:eu-central-1:444455556666:key/2"
    error_message = "what KMS encrypts is copied, under a key of the other Region"
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this["data"].rule).destination).account == "444455556666" && one(one(one(aws_s3_bucket_replication_configuration.this["data"].rule).destination).access_control_translation).owner == "Destination" && length(one(one(aws_s3_bucket_replication_configuration.this["raw"].rule).destination).access_control_translation) == 0
    error_message = "in another account a copy belongs to that account"
  }

  assert {
    condition     = one(one(aws_s3_bucket_replication_configuration.this["data"].rule).delete_marker_replication).status == "Enabled" && one(one(aws_s3_bucket_replication_configuration.this["data"].rule).filter).prefix == "data/" && one(one(aws_s3_bucket_replication_configuration.this["raw"].rule).delete_marker_replication).status == "Disabled"
    error_message = "delete markers are copied where that is asked for"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.replication[0].statement[*].sid) == "ReadRules ReadVersions WriteCopies HandCopiesOver DecryptObjects EncryptCopiesOfData EncryptCopiesOfRaw"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.replication[0].statement[*].sid)}"
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.replication[0].statement[2].actions, "s3:ReplicateDelete") && data.aws_iam_policy_document.replication[0].statement[3].resources == toset(["arn:aws:s3:::copies-of-data/data/*"])
    error_message = "each right is for the copies that need it"
  }

  assert {
    condition     = data.aws_iam_policy_document.replication[0].statement[5].resources == toset(["arn:aws:kms:eu-central-1:444455556666:key/2"]) && one([for condition in data.aws_iam_policy_document.replication[0].statement[5].condition : condition.values if condition.variable == "kms:ViaService"]) == tolist(["s3.eu-central-1.amazonaws.com"])
    error_message = "the other Region's key is used through the other Region's S3"
  }

  assert {
    condition     = aws_iam_role.replication[0].name == "lake-replication-eu-west-1" && aws_iam_role.replication[0].path == "/lake/" && aws_iam_role.replication[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "the role is like all others"
  }
}

run "delete_markers_that_hide_nothing_go" {
  command = plan

  assert {
    condition     = alltrue([for lifecycle in values(aws_s3_bucket_lifecycle_configuration.this) : one([for rule in lifecycle.rule : rule.expiration[0].expired_object_delete_marker if rule.id == "clean-up"])])
    error_message = "versioned buckets keep delete markers for ever unless a rule removes them"
  }
}

run "statements_of_ones_own" {
  command = plan

  variables {
    bucket_policies = { data = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Auditors\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:root\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::lake-data/*\"}]}" }
  }

  assert {
    condition     = strcontains(data.aws_iam_policy_document.bucket["data"].source_policy_documents[0], "Auditors") && length(data.aws_iam_policy_document.bucket["raw"].source_policy_documents) == 0 && contains(data.aws_iam_policy_document.bucket["data"].statement[*].sid, "DenyWithoutTls")
    error_message = "they stand beside the module's own, in the bucket they are for"
  }
}

run "copied_by_a_role_that_is_there_already" {
  command = plan

  variables {
    replication               = { raw = { bucket = "copies" } }
    existing_replication_role = { arn = "arn:aws:iam::111122223333:role/copies" }
  }

  assert {
    condition     = length(aws_iam_role.replication) == 0 && aws_s3_bucket_replication_configuration.this["raw"].role == "arn:aws:iam::111122223333:role/copies"
    error_message = "the given role copies and none is made"
  }
}
