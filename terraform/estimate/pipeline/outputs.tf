output "settings" {
  description = "The settings of a pipeline, with the defaults of the module."
  value = {
    stream        = var.stream
    source_stream = var.source_stream
    transform     = var.transform
    delivery      = var.delivery
    backup        = var.backup
    table         = var.table
  }
}
