variables {
  system      = "shop"
  component   = "checkout"
  environment = "production"
  team        = "payments"
}

run "it_names_and_tags" {
  command = plan

  assert {
    condition     = output.name == "shop-checkout-production"
    error_message = "The name is not made of the words in their order."
  }

  assert {
    condition     = output.tags["team"] == "payments" && output.tags["managed-by"] == "terraform"
    error_message = "A tag is missing."
  }
}

run "tags_of_the_house_win" {
  command = plan

  variables {
    tags = { team = "others", cost = "4711" }
  }

  assert {
    condition     = output.tags["team"] == "payments" && output.tags["cost"] == "4711"
    error_message = "A tag of the house was overwritten, or one of yours was lost."
  }
}

run "a_name_that_is_no_name_is_refused" {
  command = plan

  variables {
    component = "Check Out"
  }

  expect_failures = [var.component]
}

run "a_name_that_is_too_long_is_refused" {
  command = plan

  variables {
    component = "a-component-with-a-name-that-goes-on-and-on-for-ever-and-ever"
  }

  expect_failures = [output.name]
}
