# Crawlers with every option of the provider that the local Glue takes. The bucket exists already: the provider would wait
# for it longer than for what is tested here.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region     = "us-east-1"
  access_key = "test"
  secret_key = "test"
}

variable "name" {
  type        = string
  description = "Prefix of all names, and the bucket that is crawled."
}

variable "second" {
  description = "The second state of everything that can be changed in place."
  type        = bool
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  path               = "/crawlers/"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_glue_catalog_database" "this" {
  name = replace(var.name, "-", "_")
}

resource "aws_glue_catalog_table" "events" {
  name          = "events"
  database_name = aws_glue_catalog_database.this.name
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  partition_keys {
    name = "event_type"
    type = "string"
  }

  storage_descriptor {
    location = "s3://${var.name}/data/events/"

    columns {
      name = "id"
      type = "bigint"
    }
  }
}

resource "aws_glue_classifier" "csv" {
  name = "${var.name}-csv"

  csv_classifier {
    delimiter       = "|"
    contains_header = "PRESENT"
    quote_symbol    = "'"
  }
}

resource "aws_glue_classifier" "json" {
  name = "${var.name}-json"

  json_classifier {
    json_path = "$[*]"
  }
}

resource "aws_glue_crawler" "defaults" {
  name          = "${var.name}-defaults"
  database_name = aws_glue_catalog_database.this.name
  role          = aws_iam_role.this.arn

  s3_target {
    path = var.second ? "s3://${var.name}/other/" : "s3://${var.name}/data/"
  }
}

resource "aws_glue_crawler" "everything" {
  name          = "${var.name}-everything"
  database_name = aws_glue_catalog_database.this.name
  role          = trimprefix("${aws_iam_role.this.path}${aws_iam_role.this.name}", "/")
  description   = var.second ? "after" : "before"
  classifiers   = var.second ? [aws_glue_classifier.csv.name, aws_glue_classifier.json.name] : [aws_glue_classifier.csv.name]
  schedule      = var.second ? "cron(0/30 * * * ? *)" : "cron(15,45 * * * ? *)"
  table_prefix  = var.second ? "second_" : "first_"

  configuration = jsonencode({
    Version = 1.0
    Grouping = {
      TableGroupingPolicy     = "CombineCompatibleSchemas"
      TableLevelConfiguration = var.second ? 3 : 2
    }
    CrawlerOutput = {
      Partitions = { AddOrUpdateBehavior = "InheritFromTable" }
      Tables     = { AddOrUpdateBehavior = "MergeNewColumns", TableThreshold = 10 }
    }
    CreatePartitionIndex = var.second
  })

  s3_target {
    path        = "s3://${var.name}/data/"
    exclusions  = var.second ? ["**.tmp", "errors/**"] : ["**.tmp"]
    sample_size = var.second ? 20 : 10
  }

  s3_target {
    path = "s3://${var.name}/more/"
  }

  schema_change_policy {
    update_behavior = var.second ? "LOG" : "UPDATE_IN_DATABASE"
    delete_behavior = var.second ? "LOG" : "DELETE_FROM_DATABASE"
  }

  recrawl_policy {
    recrawl_behavior = "CRAWL_EVERYTHING"
  }

  lineage_configuration {
    crawler_lineage_settings = var.second ? "DISABLE" : "ENABLE"
  }

  lake_formation_configuration {
    use_lake_formation_credentials = false
  }

  tags = {
    state = var.second ? "second" : "first"
    kept  = "yes"
  }
}

resource "aws_glue_crawler" "new_folders" {
  name          = "${var.name}-new-folders"
  database_name = aws_glue_catalog_database.this.name
  role          = aws_iam_role.this.arn
  description   = var.second ? "after" : "before"

  s3_target {
    path = "s3://${var.name}/data/"
  }

  schema_change_policy {
    update_behavior = "LOG"
    delete_behavior = "LOG"
  }

  recrawl_policy {
    recrawl_behavior = "CRAWL_NEW_FOLDERS_ONLY"
  }
}

resource "aws_glue_crawler" "catalog" {
  name          = "${var.name}-catalog"
  database_name = aws_glue_catalog_database.this.name
  role          = aws_iam_role.this.arn
  schedule      = var.second ? null : "cron(15,45 * * * ? *)"

  configuration = jsonencode({
    Version       = 1.0
    CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
  })

  catalog_target {
    database_name = aws_glue_catalog_database.this.name
    tables        = [aws_glue_catalog_table.events.name]
  }

  schema_change_policy {
    update_behavior = "LOG"
    delete_behavior = "LOG"
  }
}
