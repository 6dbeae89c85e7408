mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "lake"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30 && aws_kms_key.this.rotation_period_in_days == 365
    error_message = "the key rotates yearly and can be recovered for 30 days"
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/lake"
    error_message = "the alias is ${aws_kms_alias.this.name}"
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.key.statement[*].sid) == "AdministerByIam UseThroughServices GrantToServices EncryptLogs"
    error_message = "statements are ${join(" ", data.aws_iam_policy_document.key.statement[*].sid)}"
  }

  assert {
    condition     = length(setintersection(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], data.aws_iam_policy_document.key.statement[0].actions)) == 0
    error_message = "an administrator of the key must not be able to use it"
  }

  assert {
    condition     = anytrue([for condition in data.aws_iam_policy_document.key.statement[1].condition : condition.variable == "kms:ViaService" && contains(condition.values, "s3.eu-west-1.amazonaws.com")])
    error_message = "the key must be usable through services only"
  }
}

run "log_groups_are_limited" {
  command = plan

  variables {
    log_group_patterns = ["/aws/lambda/lake-*"]
  }

  assert {
    condition     = anytrue([for condition in data.aws_iam_policy_document.key.statement[3].condition : join(",", condition.values) == "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/lake-*"])
    error_message = "CloudWatch Logs may encrypt the named log groups only"
  }
}

run "alarm_topics" {
  command = plan

  variables {
    alarm_topics = true
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.key.statement[*].sid, "PublishAlarms")
    error_message = "alarms must be able to publish to encrypted topics"
  }
}

run "used_from_other_accounts" {
  command = plan

  variables {
    user_role_arns = ["arn:aws:iam::444455556666:role/lake-events-delivery"]
  }

  assert {
    condition     = one([for statement in data.aws_iam_policy_document.key.statement : statement.actions if statement.sid == "UseFromElsewhere"]) == toset(["kms:Decrypt", "kms:GenerateDataKey"])
    error_message = "they use the key and do not administer it"
  }

  assert {
    condition     = toset(one([for statement in data.aws_iam_policy_document.key.statement : statement.condition[*].variable if statement.sid == "UseFromElsewhere"])) == toset(["aws:PrincipalArn", "kms:ViaService"])
    error_message = "that role, through the lake's services"
  }
}
