# Two accounts. One has the stream and a delivery stream of its own that writes into the other's bucket; the other has the
# lake, and a delivery stream that reads the first one's stream. Either way is enough; both are here to show what each needs.
#
# The roles are named before they exist: the policies of key, stream and buckets allow the account, on condition of the role.

locals {
  partition = data.aws_partition.current.partition
  # What delivery calls its roles.
  reader_role_arn = "arn:${local.partition}:iam::${var.lake_account.id}:role/${var.name}-customers-delivery"
  writer_role_arn = "arn:${local.partition}:iam::${var.source_account.id}:role/${var.name}-orders-delivery"
  # A program in the lake's account that reads with a fan-out of its own.
  auditor_role_arn = "arn:${local.partition}:iam::${var.lake_account.id}:role/${var.name}-auditor"
}

data "aws_partition" "current" {
  provider = aws.lake
}

# The account where events happen.

module "source_key" {
  source    = "../../modules/encryption"
  providers = { aws = aws.source }

  name           = "${var.name}-source"
  user_role_arns = [local.reader_role_arn, local.auditor_role_arn]
}

module "stream" {
  source    = "../../modules/stream"
  providers = { aws = aws.source }

  name      = "${var.name}-customers"
  kms_key   = module.source_key.key_arn
  consumers = ["audit"]

  sharing = {
    reader_role_arns   = [local.reader_role_arn]
    consumer_role_arns = { audit = [local.auditor_role_arn] }
  }
}

# Direct PUT, compressed JSON, into the other account's bucket.
module "orders" {
  source    = "../../modules/delivery"
  providers = { aws = aws.source }

  name                   = "${var.name}-orders"
  direct_put_kms_key_arn = module.source_key.key_arn
  append_newline         = true
  format                 = { type = "json" }

  destination = {
    bucket       = module.lake_storage.data_bucket
    prefix       = "data/orders/dt=!{timestamp:yyyy-MM-dd}/"
    error_prefix = "errors/orders/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn  = module.lake_key.key_arn
  }

  # Firehose writes a first object when it is made.
  depends_on = [module.lake_storage]
}

# The account of the lake.

module "lake_key" {
  source    = "../../modules/encryption"
  providers = { aws = aws.lake }

  name           = var.name
  user_role_arns = [local.writer_role_arn]
}

module "lake_storage" {
  source    = "../../modules/lake_storage"
  providers = { aws = aws.lake }

  name             = var.name
  kms_key_arn      = module.lake_key.key_arn
  writer_role_arns = [local.writer_role_arn]
}

module "catalog" {
  source    = "../../modules/catalog"
  providers = { aws = aws.lake }

  database = { name = replace(var.name, "-", "_") }
}

# Reads the other account's stream.
module "customers" {
  source    = "../../modules/pipeline"
  providers = { aws = aws.lake }

  name          = var.name
  dataset       = "customers"
  contract      = file("${path.module}/../../../schemas/customers.schema.json")
  buckets       = { data = module.lake_storage.data_bucket, raw = module.lake_storage.raw_bucket }
  database_name = module.catalog.database_name
  kms_key_arn   = module.lake_key.key_arn
  source_stream = { arn = module.stream.arn, kms_key_arn = module.source_key.key_arn }

  # Firehose looks at its source when it is made: the stream's policy must be there.
  depends_on = [module.stream]
}
