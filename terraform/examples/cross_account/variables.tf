variable "region" {
  description = "Region of both accounts' parts."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the lake, and prefix of everything in it."
  type        = string
  default     = "shared-lake"
  nullable    = false
}

variable "source_account" {
  description = "The account with the stream, and the role that Terraform assumes there."
  type = object({
    id                = string
    deployer_role_arn = string
  })
  nullable = false
}

variable "lake_account" {
  description = "The account with the lake, and the role that Terraform assumes there."
  type = object({
    id                = string
    deployer_role_arn = string
  })
  nullable = false
}
