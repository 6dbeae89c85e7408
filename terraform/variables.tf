# Where the lake is deployed. `make deploy` writes these to streamlake.auto.tfvars.json.

variable "target" {
  description = "Kind of place the lake is deployed to: local (the embedded AWS), localstack, or aws."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["local", "localstack", "aws"], var.target)
    error_message = "target is \"${var.target}\"; allowed: local, localstack, aws"
  }
}

variable "environment" {
  description = "Name of the environment, which has its settings in environments/<environment>.tfvars."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,14}$", var.environment))
    error_message = "environment is \"${var.environment}\"; allowed: up to 15 lower-case letters and digits, starting with a letter"
  }
}

variable "endpoint" {
  description = "Address of a local AWS, such as http://127.0.0.1:4566; null for AWS itself."
  type        = string
  default     = null

  validation {
    condition     = (var.target == "aws") == (var.endpoint == null)
    error_message = "endpoint is ${coalesce(var.endpoint, "null")} for the target ${var.target}; it must be null for aws and an address for the others"
  }

  validation {
    condition     = var.endpoint == null ? true : can(regex("^https?://[^/]+$", var.endpoint))
    error_message = "endpoint is \"${coalesce(var.endpoint, "null")}\"; allowed: http(s)://<host>:<port> without a path"
  }
}

variable "endpoint_in_environment" {
  description = "Whether the caller has put endpoint into AWS_ENDPOINT_URL too, and a key pair beside it, as `make` does: the provider then starts faster."
  type        = bool
  default     = false
  nullable    = false
}

variable "account_id" {
  description = "The only account that may be changed: 000000000000 for local targets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\"; allowed: 12 digits"
  }

  validation {
    condition     = (var.target == "aws") == (var.account_id != "000000000000")
    error_message = "account_id is ${var.account_id} for the target ${var.target}; 000000000000 is the account of local targets, and theirs only"
  }
}

variable "region" {
  description = "Region of the lake."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\"; allowed: a Region such as us-east-1"
  }
}

# What is deployed.

variable "name" {
  description = "What the lake is called: everything is named <name>-<environment>..."
  type        = string
  default     = "streamlake"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.name)) && length(var.name) + length(var.environment) <= 25
    error_message = "name is \"${var.name}\"; allowed: 2 to 16 lower-case letters, digits and -, and at most 25 characters together with the environment ${var.environment}"
  }
}

variable "schemas_dir" {
  description = "Folder of the data contracts: each <dataset>.schema.json in it is a pipeline."
  type        = string
  default     = "../schemas"
  nullable    = false

  validation {
    condition     = length(fileset(var.schemas_dir, "*.schema.json")) > 0
    error_message = "schemas_dir is \"${var.schemas_dir}\", where no file is called <dataset>.schema.json"
  }
}

variable "transform_packages_dir" {
  description = "Folder of the transform's zips, <dataset>.zip, which `make package` builds."
  type        = string
  default     = "../build/transform"
  nullable    = false
}

variable "function_packages_dir" {
  description = "Folder of the other functions' zips, publisher.zip and compaction.zip, which `make package` builds."
  type        = string
  default     = "../build/functions"
  nullable    = false
}

variable "customer_key" {
  description = "Whether a KMS key of the lake's own encrypts streams, buckets, results and logs; otherwise the keys that AWS manages do."
  type        = bool
  default     = true
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `destroy` deletes buckets with the data in them and workgroups with the queries saved in them."
  type        = bool
  default     = false
  nullable    = false
}

variable "storage" {
  description = "How long objects are kept: data moves by data_transitions and expires after data_expiration_days (null: never); error records, raw backup, query results and old versions expire. access_logging, replication (by data and raw) and bucket_policies (statements of your own, by data, raw and results) are as in the lake_storage module."
  type = object({
    data_transitions           = optional(list(object({ days = number, storage_class = string })))
    data_expiration_days       = optional(number)
    error_expiration_days      = optional(number, 90)
    raw_expiration_days        = optional(number, 30)
    results_expiration_days    = optional(number, 7)
    noncurrent_expiration_days = optional(number, 7)
    access_logging             = optional(object({ bucket = string, prefix = optional(string, "") }))
    replication = optional(map(object({
      bucket         = string
      account_id     = optional(string)
      kms_key_arn    = optional(string)
      storage_class  = optional(string, "STANDARD")
      prefix         = optional(string, "")
      delete_markers = optional(bool, false)
    })), {})
    bucket_policies = optional(object({ data = optional(string), raw = optional(string), results = optional(string) }), {})
  })
  default  = {}
  nullable = false
}

variable "query_scan_limit_bytes" {
  description = "A query that scans more than this is stopped; null for no limit."
  type        = number
  default     = 107374182400
}

variable "query_files" {
  description = "Folder of your own saved queries, one .sql file each; null for none. See the query module."
  type        = string
  default     = null
}

variable "prepared_statement_files" {
  description = "Folder of your own prepared statements, one .sql file each; null for none. See the query module."
  type        = string
  default     = null
}

variable "access_policies" {
  description = "Whether managed policies for producers and for those who query are made, to be attached to people and programs; their documents are outputs anyway."
  type        = bool
  default     = false
  nullable    = false
}

variable "publisher" {
  description = "The function that sends events which a person or a schedule hands it: whether there is one, the dataset of events that come without one, and schedules by name: expression, time zone and input (JSON text, as in the module's README)."
  type = object({
    enabled         = optional(bool, false)
    default_dataset = optional(string)
    schedules = optional(map(object({
      expression       = string
      input            = string
      time_zone        = optional(string, "UTC")
      enabled          = optional(bool, true)
      flexible_minutes = optional(number, 0)
    })), {})
  })
  default  = {}
  nullable = false

  # Schedules and their roles are called <name>-<environment>-<schedule>, and those of compaction likewise.
  validation {
    condition     = alltrue([for name in keys(var.publisher.schedules) : !startswith(name, "compaction")])
    error_message = "publisher.schedules are called ${join(", ", keys(var.publisher.schedules))}; names that start with compaction are those of its own schedules"
  }
}

variable "compaction" {
  description = "Whether small files of closed partitions are merged and duplicates removed on a schedule, and the rules of it, as in the compaction module. `make compact` does it at once, whether this is enabled or not."
  type = object({
    enabled = optional(bool, false)
    closing = optional(object({
      after_hours    = optional(number)
      settle_minutes = optional(number)
      lookback_days  = optional(number)
    }), {})
    merging = optional(object({
      file_mb       = optional(number)
      max_objects   = optional(number)
      max_gb        = optional(number)
      grace_seconds = optional(number)
      compression   = optional(string)
    }), {})
    schedule = optional(object({
      expression        = optional(string)
      time_zone         = optional(string)
      enabled           = optional(bool)
      flexible_minutes  = optional(number)
      dead_letter_queue = optional(bool)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "quicksight" {
  description = "Whether there are a QuickSight data source, data sets on the views without duplicates, and dashboards; the ARNs of QuickSight users and groups who own them and who look at them; DIRECT_QUERY or SPICE. QuickSight is charged by user."
  type = object({
    enabled     = optional(bool, false)
    owners      = optional(set(string), [])
    viewers     = optional(set(string), [])
    import_mode = optional(string, "DIRECT_QUERY")
  })
  default  = {}
  nullable = false
}

variable "monitoring" {
  description = "Whether the lake is watched, by alarms and a dashboard; who hears of alarms (or the topic that does); thresholds as in the monitoring module; and a monthly budget in USD for what carries the lake's Project tag (which Billing has to know as a cost allocation tag), with the shares of it in percent that are told of."
  type = object({
    enabled             = optional(bool, false)
    emails              = optional(set(string), [])
    https               = optional(set(string), [])
    topic_arn           = optional(string)
    dashboard           = optional(bool, true)
    count_error_objects = optional(bool, true)
    thresholds = optional(object({
      iterator_age_seconds  = optional(number)
      late_seconds          = optional(number)
      duration_share        = optional(number)
      scanned_bytes_per_day = optional(number)
      error_objects         = optional(number)
    }), {})
    budget_usd      = optional(number)
    budget_percents = optional(set(number))
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.monitoring.enabled || var.customer_key || var.monitoring.topic_arn != null
    error_message = "monitoring is enabled without a customer key. CloudWatch cannot publish to a topic that SNS's own key encrypts: set customer_key, or give a topic of your own as monitoring.topic_arn"
  }
}

variable "log_retention_days" {
  description = "Days to keep log lines."
  type        = number
  default     = 30
  nullable    = false
}

variable "role_path" {
  description = "Path of all roles."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.role_path))
    error_message = "role_path is \"${var.role_path}\"; allowed: / or a path that starts and ends with /"
  }
}

variable "global_suffix" {
  description = "Ends the names of what is the account's and not a Region's: roles, managed policies, dashboard, budget. null for -<region>, so that the same lake can stand in two Regions; \"\" for a lake that a version before 2.0 has deployed, whose delivery streams another name of their role would replace (docs/upgrading.md)."
  type        = string
  default     = null

  validation {
    condition     = var.global_suffix == null ? true : can(regex("^([a-zA-Z0-9_-]{1,24})?$", var.global_suffix))
    error_message = "global_suffix is \"${coalesce(var.global_suffix, "null")}\"; allowed: up to 24 letters, digits, _ and -, or null"
  }
}

variable "existing_roles" {
  description = "Roles that are there already, by dataset, in the place of those of its pipeline, as in the pipeline module: of delivery, transform and crawler."
  type = map(object({
    delivery  = optional(object({ arn = string }))
    transform = optional(object({ arn = string }))
    crawler   = optional(object({ arn = string }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for dataset in keys(var.existing_roles) : fileexists("${var.schemas_dir}/${dataset}.schema.json")])
    error_message = "existing_roles is of ${join(", ", keys(var.existing_roles))}; allowed: datasets, which have their contracts in ${var.schemas_dir}"
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds all roles; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${coalesce(var.permissions_boundary_arn, "null")}\"; allowed: the ARN of an IAM policy, or null"
  }
}

variable "vpc_config" {
  description = "Subnets and security groups of the lake's functions, when they shall run in a VPC (with ways to Kinesis, S3, Athena, Glue and KMS)."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null
}

variable "sharing" {
  description = <<-EOT
    Roles of other accounts that use the lake: stream_readers read the streams of datasets (null: of all that the lake has),
    with the enhanced fan-out of a consumer if it is named (one of the stream's consumers); stream_writers put records to
    them; lake_writers are delivery roles that write into the data and raw buckets. They need the same in their own
    policies, and a lake with a customer key. Roles of this account need nothing of this: see access_policies.
  EOT
  type = object({
    stream_readers = optional(list(object({ role_arn = string, datasets = optional(set(string)), consumer = optional(string) })), [])
    stream_writers = optional(list(object({ role_arn = string, datasets = optional(set(string)) })), [])
    lake_writers   = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) :
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", arn))
    ])
    error_message = "sharing has ${join(", ", concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)))}; allowed: ARNs of IAM roles"
  }

  validation {
    condition = alltrue([
      for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) :
      try(split(":", arn)[4], "") != var.account_id
    ])
    error_message = "sharing has ${join(", ", [for arn in concat(var.sharing.stream_readers[*].role_arn, var.sharing.stream_writers[*].role_arn, tolist(var.sharing.lake_writers)) : arn if try(split(":", arn)[4], "") == var.account_id])} of this account, ${var.account_id}; it is for other accounts: give roles of this one the policies of access_policies"
  }

  # AWS rule: a key that AWS manages can be used in its own account only.
  validation {
    condition     = var.customer_key || length(concat(var.sharing.stream_readers, var.sharing.stream_writers)) + length(var.sharing.lake_writers) == 0
    error_message = "sharing lets other accounts in and customer_key is false; no other account can use the keys that AWS manages: set customer_key = true"
  }

  validation {
    condition = alltrue([
      for dataset in flatten([for share in concat([for reader in var.sharing.stream_readers : reader.datasets], [for writer in var.sharing.stream_writers : writer.datasets]) : share == null ? [] : tolist(share)]) :
      fileexists("${var.schemas_dir}/${dataset}.schema.json") && !contains(keys(var.source_streams), dataset)
    ])
    error_message = "sharing names the datasets ${join(", ", distinct(flatten([for share in concat([for reader in var.sharing.stream_readers : reader.datasets], [for writer in var.sharing.stream_writers : writer.datasets]) : share == null ? [] : tolist(share)])))}; those with a stream of the lake's own are ${join(", ", [for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json") if !contains(keys(var.source_streams), trimsuffix(file, ".schema.json"))])}"
  }
}

variable "source_streams" {
  description = "Streams that are there already, of this account or another one, by the dataset that is read from them instead of from a stream of the lake's own: ARN, and the customer key that encrypts the stream, if one does. The stream's and the key's policies of another account must let the delivery role in, which is called <name>-<environment>-<dataset>-delivery."
  type = map(object({
    arn         = string
    kms_key_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for dataset in keys(var.source_streams) : fileexists("${var.schemas_dir}/${dataset}.schema.json")])
    error_message = "source_streams names ${join(", ", keys(var.source_streams))}; the contracts in ${var.schemas_dir} are ${join(", ", [for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json")])}"
  }

  validation {
    condition     = alltrue([for stream in values(var.source_streams) : can(regex("^arn:[a-z-]+:kinesis:${var.region}:[0-9]{12}:stream/[a-zA-Z0-9_.-]+$", stream.arn))])
    error_message = "source_streams has ${join(", ", values(var.source_streams)[*].arn)}; allowed: ARNs of Kinesis streams in ${var.region}, the Region of the lake"
  }
}

variable "tags" {
  description = "Tags of everything, besides Project, Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}

# How pipelines run. What is left out here has the default of the pipeline module. Terraform has no way to name a type: the
# two variables write the same one, which a test compares with each other and with the pipeline module's.

variable "pipeline_defaults" {
  description = "Settings of every pipeline, by what they configure; see the variables of the pipeline module."
  type = object({
    stream = optional(object({
      mode                = optional(string)
      shard_count         = optional(number)
      retention_hours     = optional(number)
      shard_level_metrics = optional(set(string))
      consumers           = optional(set(string))
    }), {})
    transform = optional(object({
      enabled              = optional(bool)
      runtime              = optional(string)
      architecture         = optional(string)
      memory_mb            = optional(number)
      timeout_seconds      = optional(number)
      reserved_concurrency = optional(number)
      tracing              = optional(bool)
      environment          = optional(map(string))
      buffer_size_mb       = optional(number)
      interval_seconds     = optional(number)
      retries              = optional(number)
    }), {})
    delivery = optional(object({
      format             = optional(string)
      column_compression = optional(string)
      compression        = optional(string)
      size_mb            = optional(number)
      interval_seconds   = optional(number)
      time_zone          = optional(string)
      retry_seconds      = optional(number)
      file_extension     = optional(string)
      partition_queries  = optional(map(string))
    }), {})
    backup = optional(object({
      enabled          = optional(bool)
      size_mb          = optional(number)
      interval_seconds = optional(number)
      compression      = optional(string)
    }), {})
    table = optional(object({
      partition_discovery = optional(string)
      crawler_schedule    = optional(string)
      arrival_years       = optional(object({ first = optional(number), last = optional(number) }))
    }), {})
    views = optional(object({
      deduplicated = optional(bool)
      kinds        = optional(bool)
      errors       = optional(bool)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.target != "local" || try(var.pipeline_defaults.delivery.format, null) != "iceberg"
    error_message = "pipeline_defaults has delivery.format iceberg and the target is local, whose Firehose does not write Iceberg tables; choose parquet, orc or json there, in terraform/environments/${var.environment}.tfvars"
  }
}

variable "dataset_settings" {
  description = "Settings of single pipelines by dataset; what is left out is as in pipeline_defaults."
  type = map(object({
    stream = optional(object({
      mode                = optional(string)
      shard_count         = optional(number)
      retention_hours     = optional(number)
      shard_level_metrics = optional(set(string))
      consumers           = optional(set(string))
    }), {})
    transform = optional(object({
      enabled              = optional(bool)
      runtime              = optional(string)
      architecture         = optional(string)
      memory_mb            = optional(number)
      timeout_seconds      = optional(number)
      reserved_concurrency = optional(number)
      tracing              = optional(bool)
      environment          = optional(map(string))
      buffer_size_mb       = optional(number)
      interval_seconds     = optional(number)
      retries              = optional(number)
    }), {})
    delivery = optional(object({
      format             = optional(string)
      column_compression = optional(string)
      compression        = optional(string)
      size_mb            = optional(number)
      interval_seconds   = optional(number)
      time_zone          = optional(string)
      retry_seconds      = optional(number)
      file_extension     = optional(string)
      partition_queries  = optional(map(string))
    }), {})
    backup = optional(object({
      enabled          = optional(bool)
      size_mb          = optional(number)
      interval_seconds = optional(number)
      compression      = optional(string)
    }), {})
    table = optional(object({
      partition_discovery = optional(string)
      crawler_schedule    = optional(string)
      arrival_years       = optional(object({ first = optional(number), last = optional(number) }))
    }), {})
    views = optional(object({
      deduplicated = optional(bool)
      kinds        = optional(bool)
      errors       = optional(bool)
    }), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = var.target != "local" || alltrue([for settings in values(var.dataset_settings) : try(settings.delivery.format, null) != "iceberg"])
    error_message = "dataset_settings has delivery.format iceberg for ${join(", ", [for dataset, settings in var.dataset_settings : dataset if try(settings.delivery.format, null) == "iceberg"])} and the target is local, whose Firehose does not write Iceberg tables; choose parquet, orc or json there, in terraform/environments/${var.environment}.tfvars"
  }

  validation {
    condition     = alltrue([for dataset in keys(var.dataset_settings) : fileexists("${var.schemas_dir}/${dataset}.schema.json")])
    error_message = "dataset_settings names ${join(", ", keys(var.dataset_settings))}; the contracts in ${var.schemas_dir} are ${join(", ", [for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json")])}"
  }
}
