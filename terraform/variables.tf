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
