mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  database = { name = "lake" }
  tables = {
    visits = {
      location            = "s3://bucket/data/visits/"
      columns             = [{ name = "visit_id", type = "string" }]
      partition_keys      = [{ name = "dt", type = "string", projection = { type = "date", range = "2025-01-01,NOW", format = "yyyy-MM-dd" } }]
      partition_discovery = "crawler"
    }
    lines = {
      location            = "s3://bucket/data/lines/"
      columns             = [{ name = "line", type = "string" }]
      partition_keys      = [{ name = "dt", type = "string" }]
      partition_discovery = "none"
    }
  }
  crawler = { name = "lake-visits" }
}

run "registers_partitions_and_nothing_else" {
  command = plan

  assert {
    condition     = aws_glue_crawler.this[0].schedule == "cron(15,45 * * * ? *)" && aws_glue_crawler.this[0].catalog_target[0].tables == tolist(["visits"])
    error_message = "the crawler runs at minutes 15 and 45, over tables that ask for it"
  }

  assert {
    condition     = aws_glue_crawler.this[0].schema_change_policy[0].update_behavior == "LOG" && aws_glue_crawler.this[0].schema_change_policy[0].delete_behavior == "LOG"
    error_message = "the crawler changes no table"
  }

  assert {
    condition     = jsondecode(aws_glue_crawler.this[0].configuration).CrawlerOutput.Partitions.AddOrUpdateBehavior == "InheritFromTable"
    error_message = "partitions have the table's columns"
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : length([for name in keys(table.parameters) : name if startswith(name, "projection") || startswith(name, "storage")]) == 0])
    error_message = "Athena would ignore registered partitions if there were projection"
  }

  assert {
    condition     = aws_glue_security_configuration.crawler[0].encryption_configuration[0].cloudwatch_encryption[0].cloudwatch_encryption_mode == "DISABLED" && length(data.aws_iam_policy_document.crawler[0].statement) == 4
    error_message = "without a key, nothing is encrypted with one and nothing decrypted"
  }

  assert {
    condition     = length(setintersection(flatten(data.aws_iam_policy_document.crawler[0].statement[*].actions), ["glue:UpdateTable", "glue:CreateTable", "glue:DeleteTable", "s3:PutObject"])) == 0
    error_message = "the role may not change tables or objects"
  }
}

run "with_a_key" {
  command = plan

  variables {
    crawler   = { name = "lake-visits", schedule = "", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1" }
    role_path = "/lake/"

    permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = aws_glue_crawler.this[0].schedule == null && aws_iam_role.crawler[0].path == "/lake/" && aws_iam_role.crawler[0].permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "the crawler runs when it is started, under a role of its own"
  }

  assert {
    condition     = aws_glue_crawler.this[0].security_configuration == "lake-visits" && aws_glue_security_configuration.crawler[0].encryption_configuration[0].cloudwatch_encryption[0].kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/1"
    error_message = "its log is encrypted with the key"
  }

  assert {
    condition     = contains(flatten(data.aws_iam_policy_document.crawler[0].statement[*].actions), "kms:Decrypt")
    error_message = "it may read what the key encrypts"
  }
}

run "no_table_asks_for_it" {
  command = plan

  variables {
    tables = {}
  }

  assert {
    condition     = length(aws_glue_crawler.this) == 0 && length(aws_iam_role.crawler) == 0 && length(aws_glue_security_configuration.crawler) == 0 && output.crawler_name == null
    error_message = "without tables there is no crawler and no role"
  }
}
