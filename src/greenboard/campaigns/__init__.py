"""Campaigns: dated pushes on chosen rules over a scope, with their progress, reminders and tickets."""
