"""The REST API, mounted at /api/v1. Each module with operations has a `router`; `app` joins them."""
