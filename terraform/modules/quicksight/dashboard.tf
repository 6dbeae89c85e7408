# One dashboard for each data set: how many rows, how many in each hour of each kind, how many of each kind.
resource "aws_quicksight_dashboard" "this" {
  for_each = var.datasets

  dashboard_id        = "${var.name}-${each.key}"
  name                = "${var.name} ${each.key}"
  version_description = "Rows by hour and kind"

  definition {
    data_set_identifiers_declarations {
      identifier   = "rows"
      data_set_arn = aws_quicksight_data_set.this[each.key].arn
    }

    sheets {
      sheet_id = "overview"
      name     = "Overview"

      visuals {
        kpi_visual {
          visual_id = "count"

          title {
            visibility = "VISIBLE"

            format_text {
              plain_text = "Rows"
            }
          }

          chart_configuration {
            field_wells {
              values {
                categorical_measure_field {
                  field_id             = "count"
                  aggregation_function = "COUNT"

                  column {
                    data_set_identifier = "rows"
                    column_name         = each.value.key
                  }
                }
              }
            }
          }
        }
      }

      dynamic "visuals" {
        for_each = each.value.time == null ? [] : [each.value]

        content {
          line_chart_visual {
            visual_id = "by-hour"

            title {
              visibility = "VISIBLE"

              format_text {
                plain_text = "Rows by hour"
              }
            }

            chart_configuration {
              field_wells {
                line_chart_aggregated_field_wells {
                  category {
                    date_dimension_field {
                      field_id         = "time"
                      date_granularity = "HOUR"

                      column {
                        data_set_identifier = "rows"
                        column_name         = visuals.value.time
                      }
                    }
                  }

                  values {
                    categorical_measure_field {
                      field_id             = "count"
                      aggregation_function = "COUNT"

                      column {
                        data_set_identifier = "rows"
                        column_name         = visuals.value.key
                      }
                    }
                  }

                  dynamic "colors" {
                    for_each = visuals.value.kind == null ? [] : [visuals.value.kind]

                    content {
                      categorical_dimension_field {
                        field_id = "kind"

                        column {
                          data_set_identifier = "rows"
                          column_name         = colors.value
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }

      dynamic "visuals" {
        for_each = each.value.kind == null ? [] : [each.value]

        content {
          bar_chart_visual {
            visual_id = "by-kind"

            title {
              visibility = "VISIBLE"

              format_text {
                plain_text = "Rows by ${visuals.value.kind}"
              }
            }

            chart_configuration {
              orientation = "HORIZONTAL"

              field_wells {
                bar_chart_aggregated_field_wells {
                  category {
                    categorical_dimension_field {
                      field_id = "kind"

                      column {
                        data_set_identifier = "rows"
                        column_name         = visuals.value.kind
                      }
                    }
                  }

                  values {
                    categorical_measure_field {
                      field_id             = "count"
                      aggregation_function = "COUNT"

                      column {
                        data_set_identifier = "rows"
                        column_name         = visuals.value.key
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  dynamic "permissions" {
    for_each = merge({ for arn in var.viewers : arn => "viewer" }, { for arn in var.owners : arn => "owner" })

    content {
      principal = permissions.key
      actions   = local.actions.dashboard[permissions.value]
    }
  }

  tags = var.tags
}
