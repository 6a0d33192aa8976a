output "name" {
  description = "A name for resources, fit for DNS."
  value       = local.name

  precondition {
    condition     = length(local.name) <= 63
    error_message = "The words make a name of more than 63 letters: shorten one."
  }
}

output "tags" {
  description = "The tags that each resource has to carry."
  value       = local.tags
}
