# Every module in its smallest use, beside resources of the user's own: nothing that a module is told of them is known
# before they are made, not even that it is not null. Terraform must be able to plan it in one run.
# `made` stands for those resources; only its keys and what the user types (names, prefixes) are known.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

resource "terraform_data" "made" {
  for_each = {
    bucket            = "users-bucket"
    database          = "users_database"
    table             = "users_table"
    workgroup         = "users-workgroup"
    location          = "s3://users-bucket/data/events/"
    key               = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"
    stream            = "arn:aws-us-gov:kinesis:us-gov-west-1:111122223333:stream/users"
    delivery_stream   = "arn:aws-us-gov:firehose:us-gov-west-1:111122223333:deliverystream/users"
    delivery_name     = "users"
    function          = "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:users"
    topic             = "arn:aws-us-gov:sns:us-gov-west-1:111122223333:users"
    queue             = "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:users"
    role              = "arn:aws-us-gov:iam::444455556666:role/users"
    boundary          = "arn:aws-us-gov:iam::111122223333:policy/users"
    subnet            = "subnet-00000000000000000"
    security_group    = "sg-00000000000000000"
    package           = "functions/users.zip"
    quicksight_owner  = "arn:aws-us-gov:quicksight:us-gov-west-1:111122223333:user/default/users"
    service_role_name = "users"
    policy            = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  }

  input = each.value
}

locals {
  made = { for name, resource in terraform_data.made : name => resource.output }

  package  = { s3 = { bucket = local.made.bucket, key = local.made.package } }
  vpc      = { subnet_ids = [local.made.subnet], security_group_ids = [local.made.security_group] }
  contract = file("${path.module}/../schemas/visits.schema.json")
}

module "encryption" {
  source = "../../modules/encryption"

  name           = "users"
  user_role_arns = [local.made.role]
}

module "lake_storage" {
  source = "../../modules/lake_storage"

  name             = "users"
  kms_key_arn      = local.made.key
  access_logging   = { bucket = local.made.bucket }
  writer_role_arns = [local.made.role]
  replication      = { raw = { bucket = local.made.bucket, kms_key_arn = local.made.key } }

  permissions_boundary_arn = local.made.boundary
}

module "stream" {
  source = "../../modules/stream"

  name      = "users"
  kms_key   = local.made.key
  consumers = ["audit"]
  sharing   = { reader_role_arns = [local.made.role], consumer_role_arns = { audit = [local.made.role] } }
}

module "function" {
  source = "../../modules/function"

  name        = "users-function"
  description = "A function of the user's"
  package     = local.package
  handler     = "users.handler"
  environment = { BUCKET = local.made.bucket }
  policy      = local.made.policy
  vpc_config  = local.vpc
  kms_key_arn = local.made.key
  logs        = { kms_key_arn = local.made.key }

  permissions_boundary_arn = local.made.boundary
}

module "transform" {
  source = "../../modules/transform"

  name        = "users-transform"
  package     = local.package
  vpc_config  = local.vpc
  kms_key_arn = local.made.key
  logs        = { kms_key_arn = local.made.key }

  permissions_boundary_arn = local.made.boundary
}

module "delivery" {
  source = "../../modules/delivery"

  name          = "users-delivery"
  source_stream = { arn = local.made.stream, kms_key_arn = local.made.key }
  transform     = { function_arn = local.made.function }

  destination = {
    bucket       = local.made.bucket
    prefix       = "data/!{timestamp:yyyy}/"
    error_prefix = "errors/!{firehose:error-output-type}/"
    kms_key_arn  = local.made.key
  }
  format = { database_name = local.made.database, table_name = local.made.table }
  backup = { bucket = local.made.bucket, prefix = "raw/", kms_key_arn = local.made.key }
  logs   = { kms_key_arn = local.made.key }

  permissions_boundary_arn = local.made.boundary
}

module "direct_put" {
  source = "../../modules/delivery"

  name                   = "users-direct-put"
  direct_put_kms_key_arn = local.made.key
  destination            = { bucket = local.made.bucket, prefix = "data/", error_prefix = "errors/!{firehose:error-output-type}/", kms_key_arn = local.made.key }
  format                 = { type = "json" }
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = local.made.database, create = false }
  crawler  = { name = "users", kms_key_arn = local.made.key }
  tables = {
    events = {
      location            = local.made.location
      columns             = [{ name = "event_uuid", type = "string" }]
      partition_keys      = [{ name = "dt", type = "string" }]
      partition_discovery = "crawler"
      unique_key          = ["event_uuid"]
    }
  }
  error_records = { events = { location = local.made.location } }

  permissions_boundary_arn = local.made.boundary
}

module "contract" {
  source = "../../modules/contract"

  contract = local.contract
}

module "pipeline" {
  source = "../../modules/pipeline"

  name          = "users"
  dataset       = "visits"
  contract      = local.contract
  buckets       = { data = local.made.bucket, raw = local.made.bucket }
  database_name = local.made.database
  kms_key_arn   = local.made.key
  transform     = { package_s3 = local.package.s3 }
  vpc_config    = local.vpc
  table         = { partition_discovery = "crawler" }

  permissions_boundary_arn = local.made.boundary
}

module "pipeline_of_a_stream" {
  source = "../../modules/pipeline"

  name          = "users-stream"
  dataset       = "visits"
  contract      = local.contract
  buckets       = { data = local.made.bucket, raw = local.made.bucket }
  database_name = local.made.database
  kms_key_arn   = local.made.key
  source_stream = { arn = local.made.stream, kms_key_arn = local.made.key }
  delivery      = { partition_queries = { kind = ".kind" } }
}

module "query" {
  source = "../../modules/query"

  name          = "users"
  results       = { bucket = local.made.bucket, kms_key_arn = local.made.key }
  named_queries = { newest = { database = local.made.database, query = "SELECT 1" } }
}

module "monitoring" {
  source = "../../modules/monitoring"

  # Names are arguments of what they name, so they are known, and decide which alarms there are.
  name           = "users"
  workgroup_name = "users"
  notify         = { topic_arn = local.made.topic, create_topic = false }
  pipelines = {
    events = {
      stream_name          = "users"
      delivery_stream_name = local.made.delivery_name
      function_name        = "users"
      error_bucket         = local.made.bucket
      error_prefix         = "errors/"
    }
  }
}

module "monitoring_with_a_topic" {
  source = "../../modules/monitoring"

  name   = "users-topic"
  notify = { emails = ["users@example.org"], kms_key_arn = local.made.key }
}

module "publisher" {
  source = "../../modules/publisher"

  name        = "users-publisher"
  package     = local.package
  streams     = { events = { name = local.made.delivery_name, arn = local.made.stream, kms_key_arn = local.made.key } }
  vpc_config  = local.vpc
  kms_key_arn = local.made.key
  logs        = { kms_key_arn = local.made.key }

  permissions_boundary_arn = local.made.boundary
}

module "schedule" {
  source = "../../modules/schedule"

  name              = "users"
  expression        = "rate(1 hour)"
  function_arn      = local.made.function
  inputs            = { "" = jsonencode({ bucket = local.made.bucket }) }
  dead_letter_queue = { arn = local.made.queue }
  kms_key_arn       = local.made.key

  permissions_boundary_arn = local.made.boundary
}

module "compaction" {
  source = "../../modules/compaction"

  name    = "users-compaction"
  package = local.package
  tables = {
    events = {
      database_name = local.made.database
      table_name    = local.made.table
      unique_key    = ["event_uuid"]
      bucket        = local.made.bucket
      prefix        = "data/"
      kms_key_arn   = local.made.key
    }
  }
  workgroup   = { name = local.made.workgroup, bucket = local.made.bucket, kms_key_arn = local.made.key }
  manifests   = { bucket = local.made.bucket, kms_key_arn = local.made.key }
  vpc_config  = local.vpc
  kms_key_arn = local.made.key
  logs        = { kms_key_arn = local.made.key }

  permissions_boundary_arn = local.made.boundary
}

module "agent" {
  source = "../../modules/agent"

  flows = [
    { file_pattern = "/var/log/a.log", stream = { arn = local.made.stream, kms_key_arn = local.made.key } },
    { file_pattern = "/var/log/b.log", delivery_stream_arn = local.made.delivery_stream },
  ]
  assume_role = { arn = local.made.role }
  policy      = { name = "users-agent" }
}

module "producer_policy" {
  source = "../../modules/producer_policy"

  streams              = [{ arn = local.made.stream, kms_key_arn = local.made.key }]
  delivery_stream_arns = [local.made.delivery_stream]
  policy               = { name = "users-producer" }
}

module "consumer_policy" {
  source = "../../modules/consumer_policy"

  workgroup_name = local.made.workgroup
  database       = { name = local.made.database }
  data           = { bucket = local.made.bucket, prefixes = ["data/"], kms_key_arn = local.made.key }
  results        = { bucket = local.made.bucket, kms_key_arn = local.made.key }
  policy         = { name = "users-consumer" }
}

module "deployer_policy" {
  source = "../../modules/deployer_policy"

  name                     = "users"
  key_tags                 = { Project = "users" }
  state                    = { bucket = local.made.bucket, kms_key_arn = local.made.key }
  permissions_boundary_arn = local.made.boundary
  create                   = true
}

module "quicksight" {
  source = "../../modules/quicksight"

  name           = "users"
  workgroup_name = local.made.workgroup
  owners         = [local.made.quicksight_owner]
  service_role   = { name = local.made.service_role_name, policy_json = local.made.policy }
  datasets = {
    events = {
      database_name = local.made.database
      view_name     = local.made.table
      columns       = [{ name = "event_uuid", type = "string" }]
      key           = "event_uuid"
    }
  }
}
