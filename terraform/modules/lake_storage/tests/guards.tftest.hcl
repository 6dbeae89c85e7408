# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  name = "lake"
}

run "rejects_a_long_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    name = "a-name-that-is-much-too-long-for-a-bucket"
  }

  expect_failures = [var.name]
}

run "rejects_a_bucket_name_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    bucket_names = { raw = "Raw" }
  }

  expect_failures = [var.bucket_names]
}

run "rejects_an_unknown_storage_class" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 90, storage_class = "COLD" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_infrequent_access_before_30_days" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 7, storage_class = "STANDARD_IA" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_expiration_before_transition" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { expiration_days = 60 }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_zero_days_of_errors" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    error_expiration_days = 0
  }

  expect_failures = [var.error_expiration_days]
}

run "rejects_zero_days_of_backup" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    raw_expiration_days = 0
  }

  expect_failures = [var.raw_expiration_days]
}

run "rejects_zero_days_of_results" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    results_expiration_days = 0
  }

  expect_failures = [var.results_expiration_days]
}

run "rejects_zero_days_of_old_versions" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    noncurrent_expiration_days = 0
  }

  expect_failures = [var.noncurrent_expiration_days]
}

run "rejects_writers_that_are_no_roles" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    writer_role_arns = ["444455556666"]
  }

  expect_failures = [var.writer_role_arns]
}

run "rejects_transitions_out_of_order" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 90, storage_class = "GLACIER" }, { days = 365, storage_class = "STANDARD_IA" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_transitions_too_close_together" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    data_lifecycle = { transitions = [{ days = 30, storage_class = "STANDARD_IA" }, { days = 45, storage_class = "GLACIER" }] }
  }

  expect_failures = [var.data_lifecycle]
}

run "rejects_copies_of_query_results" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    replication = { results = { bucket = "copies" } }
  }

  expect_failures = [var.replication]
}

run "rejects_copies_to_a_bucket_in_capitals" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    replication = { raw = { bucket = "Copies" } }
  }

  expect_failures = [var.replication]
}

run "rejects_copies_to_an_account_of_letters" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    replication = { raw = { bucket = "copies", account_id = "mine" } }
  }

  expect_failures = [var.replication]
}

run "rejects_copies_of_encrypted_objects_without_a_key" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    replication = { raw = { bucket = "copies" } }
  }

  expect_failures = [var.replication]
}

run "rejects_a_key_for_copies_of_what_s3_encrypts" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    replication = { raw = { bucket = "copies", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" } }
  }

  expect_failures = [var.replication]
}

run "rejects_an_alias_as_key_of_copies" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1"
    replication = { raw = { bucket = "copies", kms_key_arn = "alias/copies" } }
  }

  expect_failures = [var.replication]
}

run "rejects_copies_in_an_unknown_storage_class" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    replication = { raw = { bucket = "copies", storage_class = "COLD" } }
  }

  expect_failures = [var.replication]
}

run "rejects_a_role_path_without_slashes" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    role_path = "lake"
  }

  expect_failures = [var.role_path]
}

run "rejects_a_boundary_that_is_no_policy" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    permissions_boundary_arn = "boundary"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "rejects_a_bucket_policy_without_statements" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    bucket_policies = { raw = "{}" }
  }

  expect_failures = [var.bucket_policies]
}

run "rejects_a_bucket_policy_with_a_sid_of_the_module" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    bucket_policies = { raw = "{\"Statement\":[{\"Sid\":\"DenyOldTls\"}]}" }
  }

  expect_failures = [var.bucket_policies]
}

run "rejects_an_existing_role_that_is_a_name" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    existing_replication_role = { arn = "copier" }
  }

  expect_failures = [var.existing_replication_role]
}

run "rejects_a_suffix_with_spaces" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    global_suffix = "-eu west"
  }

  expect_failures = [var.global_suffix]
}
