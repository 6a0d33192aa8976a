"""Terraform modules and CloudFormation templates, as far as literal values go."""
