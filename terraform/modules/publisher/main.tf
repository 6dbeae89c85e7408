module "policy" {
  source = "../producer_policy"

  streams = [for stream in values(var.streams) : { arn = stream.arn, kms_key_arn = stream.kms_key_arn }]
}

module "function" {
  source = "../function"

  name        = var.name
  description = "Sends events that a person or a schedule hands it to the streams of the lake"
  package     = var.package
  handler     = "lambda_publisher.handler.handler"
  policy      = module.policy.json
  # An event that was sent must not be sent again because another one was refused.
  retries = 0

  environment = merge(
    { STREAMS = jsonencode({ for dataset, stream in var.streams : dataset => stream.name }) },
    var.default_dataset == null ? {} : { DEFAULT_DATASET = var.default_dataset },
  )

  memory_mb       = var.memory_mb
  timeout_seconds = var.timeout_seconds
  vpc_config      = var.vpc_config
  tracing         = var.tracing
  logs            = var.logs
  kms_key_arn     = var.kms_key_arn

  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_role            = var.existing_role
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}
