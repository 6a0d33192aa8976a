"""An installation as files: one JSON object a line for each row, a file for each table, and a manifest.

Backup, restore, export, import and moving to another database are all made of this, so that what
one writes the others read, on either database. docs/backup.md describes the files.
"""
