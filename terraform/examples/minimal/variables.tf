variable "region" {
  description = "Region of the lake."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "name" {
  description = "Name of the lake, and prefix of everything in it."
  type        = string
  default     = "minimal-lake"
  nullable    = false
}

variable "packages_dir" {
  description = "Folder of the transform's zips, as `make package` builds them."
  type        = string
  default     = "../../../build/transform"
  nullable    = false
}
