"""Lists of results behind the numbers."""
