resource "aws_kinesis_stream" "this" {
  name                = var.name
  shard_count         = var.capacity.mode == "PROVISIONED" ? var.capacity.shard_count : null
  retention_period    = var.retention_hours
  encryption_type     = "KMS"
  kms_key_id          = var.kms_key
  shard_level_metrics = var.shard_level_metrics
  # A stream with consumers that were registered elsewhere could otherwise not be deleted.
  enforce_consumer_deletion = true

  stream_mode_details {
    stream_mode = var.capacity.mode
  }

  tags = var.tags
}

resource "aws_kinesis_stream_consumer" "this" {
  for_each = var.consumers

  name       = each.key
  stream_arn = aws_kinesis_stream.this.arn
}
