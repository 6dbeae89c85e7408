variable "region" {
  description = "Region of the lake."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the lake, and prefix of everything in it."
  type        = string
  default     = "complete-lake"
  nullable    = false
}

variable "packages_dir" {
  description = "Folder of the transform's zips, as `make package` builds them."
  type        = string
  default     = "../../../build/transform"
  nullable    = false
}

variable "access_log_bucket" {
  description = "Bucket that receives S3 access logs; it must exist."
  type        = string
  default     = "my-access-logs"
  nullable    = false
}

variable "alarm_emails" {
  description = "Addresses that hear of alarms."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of every role; null for none."
  type        = string
  default     = null
}

variable "partner_role_arns" {
  description = "Roles of another account that read the events with an enhanced fan-out of their own."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "copies" {
  description = "Bucket in another Region that receives copies of the raw backup, and the key there that encrypts them; the bucket must exist and have versioning. Null for no copies."
  type = object({
    bucket      = string
    kms_key_arn = string
  })
  default = null
}
