variable "region" {
  description = "Region of the lake."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the lake, and prefix of everything in it."
  type        = string
  default     = "crawled-lake"
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `destroy` deletes the lake with the data in it."
  type        = bool
  default     = false
  nullable    = false
}
