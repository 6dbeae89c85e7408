# Streams, delivery, functions and their logs.
data "aws_iam_policy_document" "streaming" {
  statement {
    sid = "Streams"
    actions = [
      "kinesis:CreateStream", "kinesis:DeleteStream", "kinesis:DescribeStreamSummary",
      "kinesis:UpdateShardCount", "kinesis:UpdateStreamMode",
      "kinesis:IncreaseStreamRetentionPeriod", "kinesis:DecreaseStreamRetentionPeriod",
      "kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption",
      "kinesis:EnableEnhancedMonitoring", "kinesis:DisableEnhancedMonitoring",
      "kinesis:AddTagsToStream", "kinesis:RemoveTagsFromStream", "kinesis:ListTagsForStream",
      "kinesis:TagResource", "kinesis:UntagResource", "kinesis:ListTagsForResource",
      "kinesis:GetResourcePolicy", "kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy",
      "kinesis:RegisterStreamConsumer", "kinesis:DeregisterStreamConsumer", "kinesis:DescribeStreamConsumer",
    ]
    resources = ["${local.arn.kinesis}:stream/${var.name}-*"]
  }

  statement {
    sid       = "StreamLimits"
    actions   = ["kinesis:DescribeLimits"]
    resources = ["*"] # the account's limits; the action knows no resource
  }

  statement {
    sid = "Delivery"
    actions = [
      "firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream", "firehose:DescribeDeliveryStream", "firehose:UpdateDestination",
      "firehose:StartDeliveryStreamEncryption", "firehose:StopDeliveryStreamEncryption",
      "firehose:ListTagsForDeliveryStream", "firehose:TagDeliveryStream", "firehose:UntagDeliveryStream",
    ]
    resources = ["${local.arn.firehose}:deliverystream/${var.name}-*"]
  }

  statement {
    sid = "Functions"
    actions = [
      "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
      "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
      "lambda:PutFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig",
      "lambda:ListTags", "lambda:TagResource", "lambda:UntagResource",
    ]
    resources = ["${local.arn.lambda}:function:${var.name}-*"]
  }

  statement {
    sid = "Logs"
    actions = [
      "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy",
      "logs:AssociateKmsKey", "logs:DisassociateKmsKey",
      "logs:CreateLogStream", "logs:DeleteLogStream", "logs:DescribeLogStreams",
      "logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource",
    ]
    resources = [
      "${local.arn.logs}:log-group:/aws/*/${var.name}*",
      "${local.arn.logs}:log-group:/aws/*/${var.name}*:log-stream:*",
    ]
  }

  statement {
    sid       = "FindLogGroups"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["${local.arn.logs}:log-group:*"] # a listing, which AWS grants for all groups or none
  }
}
