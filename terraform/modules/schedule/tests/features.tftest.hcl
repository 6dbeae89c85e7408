mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:111122223333:lake-dead-letters"
    }
  }
}

variables {
  name         = "lake-batch"
  expression   = "rate(1 hour)"
  function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:lake-publisher"
  inputs       = { "" = "{\"a\":1}" }
}

run "every_hour" {
  command = plan

  assert {
    condition     = aws_scheduler_schedule.this[""].name == "lake-batch" && aws_scheduler_schedule.this[""].state == "ENABLED" && aws_scheduler_schedule.this[""].schedule_expression == "rate(1 hour)" && aws_scheduler_schedule.this[""].schedule_expression_timezone == "UTC"
    error_message = "one schedule, which runs"
  }

  assert {
    condition     = aws_scheduler_schedule.this[""].flexible_time_window[0].mode == "OFF" && aws_scheduler_schedule.this[""].target[0].input == "{\"a\":1}" && length(aws_scheduler_schedule.this[""].target[0].dead_letter_config) == 0
    error_message = "at its exact time, with its input, without a queue"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "RunFunction" && data.aws_iam_policy_document.this.statement[0].resources == toset([var.function_arn])
    error_message = "the role may run the function and nothing else"
  }

  assert {
    condition     = length(data.aws_iam_policy_document.trust.statement[0].condition) == 2
    error_message = "only schedules of this account use the role"
  }
}

run "everything" {
  command = apply

  variables {
    expression               = "cron(30 2 ? * MON-FRI *)"
    time_zone                = "Europe/Madrid"
    enabled                  = false
    flexible_minutes         = 15
    period                   = { start = "2030-01-01T00:00:00Z" }
    inputs                   = { events = "{}", customers = "[]" }
    retry                    = { attempts = 1, max_age_seconds = 60 }
    dead_letter_queue        = { create = true }
    kms_key_arn              = "arn:aws:kms:eu-west-1:111122223333:key/1"
    role_path                = "/lake/"
    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = toset([for schedule in values(aws_scheduler_schedule.this) : "${schedule.name} ${schedule.state}"]) == toset(["lake-batch-events DISABLED", "lake-batch-customers DISABLED"])
    error_message = "one schedule for each input, waiting"
  }

  assert {
    condition     = aws_scheduler_schedule.this["events"].flexible_time_window[0].maximum_window_in_minutes == 15 && aws_scheduler_schedule.this["events"].target[0].dead_letter_config[0].arn == output.dead_letter_queue_arn && aws_scheduler_schedule.this["events"].target[0].retry_policy[0].maximum_retry_attempts == 1
    error_message = "window, queue and retries"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.this.statement[*].sid) == "RunFunction KeepDeadLetters ReadInput"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.this.statement[*].sid)}"
  }

  assert {
    condition     = aws_iam_role.this[0].path == "/lake/" && aws_iam_role.this[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "role path and boundary"
  }
}
