"""What leaders look at: figures over many entities, for a day or between two.

Each report is a module in `reports.each`, found by looking, with a `REPORT`.
"""
