"""What is offered beside a result, one module each; see `web.panels`."""
