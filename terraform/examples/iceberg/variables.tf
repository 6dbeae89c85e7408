variable "region" {
  description = "Region of the lake."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the lake, and prefix of everything in it."
  type        = string
  default     = "iceberg-lake"
  nullable    = false
}
