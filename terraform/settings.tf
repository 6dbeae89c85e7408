# What is set of each dataset: a file more in schemas_dir is a dataset more in the lake.
locals {
  contracts = {
    for file in fileset(var.schemas_dir, "*.schema.json") : trimsuffix(file, ".schema.json") => file("${var.schemas_dir}/${file}")
  }

  # The dataset's own settings over the defaults; what neither sets is left to the pipeline module.
  settings = {
    for dataset in keys(local.contracts) : dataset => {
      for group in ["stream", "transform", "delivery", "backup", "table", "views"] : group => merge(
        { for setting, value in var.pipeline_defaults[group] : setting => value if value != null },
        { for setting, value in try(var.dataset_settings[dataset][group], {}) : setting => value if value != null },
      )
    }
  }

  # As the pipeline module takes them.
  pipelines = {
    for dataset, settings in local.settings : dataset => {
      stream        = merge(settings.stream, { sharing = local.sharing[dataset] })
      source_stream = lookup(var.source_streams, dataset, null)
      transform     = try(settings.transform.enabled, true) ? merge(settings.transform, { package_path = "${var.transform_packages_dir}/${dataset}.zip" }) : null
      delivery      = settings.delivery
      backup        = try(settings.backup.enabled, true) ? settings.backup : null
      table         = settings.table
      views         = settings.views
    }
  }
}
