# No Kinesis stream: producers, or the Amazon Kinesis Agent, put records into the delivery stream itself.

module "contract" {
  source = "../../modules/contract"

  contract = file("${path.module}/../../../schemas/customers.schema.json")
}

module "encryption" {
  source = "../../modules/encryption"

  name = var.name
}

module "lake_storage" {
  source = "../../modules/lake_storage"

  name        = var.name
  kms_key_arn = module.encryption.key_arn
}

module "catalog" {
  source = "../../modules/catalog"

  database = { name = replace(var.name, "-", "_") }
  tables = {
    customers = {
      description    = module.contract.description
      location       = "s3://${module.lake_storage.data_bucket}/data/customers/"
      columns        = module.contract.columns
      partition_keys = module.contract.partition_keys
    }
  }
}

module "delivery" {
  source = "../../modules/delivery"

  name                   = "${var.name}-customers"
  direct_put_kms_key_arn = module.encryption.key_arn

  destination = {
    bucket       = module.lake_storage.data_bucket
    prefix       = "data/customers/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
    error_prefix = "errors/customers/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn  = module.encryption.key_arn
  }
  format = {
    database_name      = module.catalog.database_name
    table_name         = module.catalog.table_names["customers"]
    schema_fingerprint = module.contract.fingerprint
  }
  backup = {
    bucket       = module.lake_storage.raw_bucket
    prefix       = "customers/!{timestamp:yyyy/MM/dd/HH}/"
    error_prefix = "customers/errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    kms_key_arn  = module.encryption.key_arn
  }
}
