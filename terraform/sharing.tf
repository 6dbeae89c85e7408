# What other accounts read and write: who of them uses which stream, as the pipelines take it.
locals {
  sharing = {
    for dataset in keys(local.contracts) : dataset => {
      reader_role_arns = [
        for reader in var.sharing.stream_readers : reader.role_arn
        if reader.consumer == null && contains(reader.datasets == null ? local.own_streams : reader.datasets, dataset)
      ]
      writer_role_arns = [
        for writer in var.sharing.stream_writers : writer.role_arn
        if contains(writer.datasets == null ? local.own_streams : writer.datasets, dataset)
      ]
      # One consumer may be for several roles.
      consumer_role_arns = {
        for reader in var.sharing.stream_readers : reader.consumer => reader.role_arn...
        if reader.consumer != null && contains(reader.datasets == null ? local.own_streams : reader.datasets, dataset)
      }
    }
  }

  # Datasets whose stream is the lake's.
  own_streams = toset([for dataset in keys(local.contracts) : dataset if !contains(keys(var.source_streams), dataset)])

  # The key's policy has to let all of them in.
  foreign_role_arns = toset(concat(
    var.sharing.stream_readers[*].role_arn,
    var.sharing.stream_writers[*].role_arn,
    tolist(var.sharing.lake_writers),
  ))
}
