output "key_arn" {
  description = "ARN of the key."
  # coalesce says that it is not null before it is known: whether a lake has a key decides what else is planned.
  value = coalesce(aws_kms_key.this.arn)
}

output "key_id" {
  description = "Id of the key."
  value       = aws_kms_key.this.key_id
}

output "alias_name" {
  description = "Name of the key's alias, with \"alias/\"."
  value       = aws_kms_alias.this.name
}
