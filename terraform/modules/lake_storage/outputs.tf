# Who writes waits until the bucket keeps versions. It also lets the lifecycle rules, the longest wait of an apply, begin
# before everything that is put into the buckets.

output "data_bucket" {
  description = "Name of the bucket for data (data/) and error records (errors/)."
  value       = aws_s3_bucket_versioning.this["data"].bucket
}

output "raw_bucket" {
  description = "Name of the bucket for the raw backup of source records."
  value       = aws_s3_bucket_versioning.this["raw"].bucket
}

output "results_bucket" {
  description = "Name of the bucket for query results."
  value       = aws_s3_bucket.this["results"].bucket
}

output "bucket_arns" {
  description = "ARN of each bucket by its purpose: data, raw, results."
  value       = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.arn }
}

output "replication_role_arn" {
  description = "ARN of the role that copies to other buckets, for their policies; null without one."
  value       = local.replication_role_arn
}

output "replication_role_policy" {
  description = "What the role that copies is allowed, as JSON: what an existing_replication_role has to be allowed; null without replication."
  value       = one(data.aws_iam_policy_document.replication[*].json)
}
