"""Webhooks: telling others what happened until they have it, and hearing their messages; both signed."""
