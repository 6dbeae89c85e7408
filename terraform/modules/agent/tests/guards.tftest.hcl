# What passes a plan and fails on AWS is refused here, rule by rule. The runs are of the module's variables alone
# (tests/variables is a link to them): with no provider to start, they take no time.

variables {
  flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" } }]
}

run "rejects_no_flow" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = []
  }

  expect_failures = [var.flows]
}

run "rejects_a_relative_path" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" } }]
  }

  expect_failures = [var.flows]
}

run "rejects_a_flow_to_nowhere" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a" }]
  }

  expect_failures = [var.flows]
}

run "rejects_a_flow_to_two_places" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, delivery_stream_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/d" }]
  }

  expect_failures = [var.flows]
}

run "rejects_a_partition_key_of_direct_put" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", delivery_stream_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/d", partition_key = "RANDOM" }]
  }

  expect_failures = [var.flows]
}

run "rejects_an_unknown_partition_key" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, partition_key = "HASH" }]
  }

  expect_failures = [var.flows]
}

run "rejects_an_unknown_position" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, from = "NOW" }]
  }

  expect_failures = [var.flows]
}

run "rejects_negative_header_lines" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, header_lines = -1 }]
  }

  expect_failures = [var.flows]
}

run "rejects_a_buffer_of_an_hour" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, buffering = { age_seconds = 3600 } }]
  }

  expect_failures = [var.flows]
}

run "rejects_a_batch_that_kinesis_does_not_take" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, buffering = { records = 501 } }]
  }

  expect_failures = [var.flows]
}

run "rejects_an_unknown_processing" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, processing = [{ option = "XMLTOJSON" }] }]
  }

  expect_failures = [var.flows]
}

run "rejects_csv_without_names" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, processing = [{ option = "CSVTOJSON" }] }]
  }

  expect_failures = [var.flows]
}

run "rejects_logs_of_an_unknown_format" {
  command = plan

  module {
    source = "./tests/variables"
  }

  variables {
    flows = [{ file_pattern = "/var/log/a", stream = { arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/lake-events" }, processing = [{ option = "LOGTOJSON", log_format = "NGINX" }] }]
  }

  expect_failures = [var.flows]
}
