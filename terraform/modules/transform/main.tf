module "function" {
  source = "../function"

  name        = var.name
  description = var.description
  package     = var.package
  handler     = var.handler
  environment = var.environment
  # It writes its own log and nothing else. Firehose waits for its answer and calls again by itself.
  policy  = null
  retries = null

  runtime              = var.runtime
  architecture         = var.architecture
  memory_mb            = var.memory_mb
  timeout_seconds      = var.timeout_seconds
  reserved_concurrency = var.reserved_concurrency
  vpc_config           = var.vpc_config
  tracing              = var.tracing
  logs                 = var.logs
  kms_key_arn          = var.kms_key_arn

  role_path                = var.role_path
  global_suffix            = var.global_suffix
  existing_role            = var.existing_role
  permissions_boundary_arn = var.permissions_boundary_arn

  tags = var.tags
}

moved {
  from = aws_lambda_function.this
  to   = module.function.aws_lambda_function.this
}

moved {
  from = aws_cloudwatch_log_group.this
  to   = module.function.aws_cloudwatch_log_group.this
}

moved {
  from = aws_iam_role.this
  to   = module.function.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.function.aws_iam_role_policy.this
}
