variable "system" {
  description = "The larger thing that it is part of."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", var.system))
    error_message = "Lower-case letters, digits and dashes, begun by a letter."
  }
}

variable "component" {
  description = "The thing itself, as the catalog calls it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", var.component))
    error_message = "Lower-case letters, digits and dashes, begun by a letter."
  }
}

variable "environment" {
  description = "Where it runs."
  type        = string

  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "One of development, staging and production."
  }
}

variable "team" {
  description = "The team that answers for it."
  type        = string

  validation {
    condition     = length(trimspace(var.team)) > 0
    error_message = "Somebody has to answer for it."
  }
}

variable "tags" {
  description = "More tags; those of the house win."
  type        = map(string)
  default     = {}
}
