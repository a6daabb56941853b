"""What the catalogue tells those above it."""

from django.dispatch import Signal

document_changed = Signal()
"""Sent inside the transaction that alters what the index says of sheets.

`uids`: public ids of the listings concerned, or None when all of them are (a vocabulary changed).
"""
sheet_read = Signal()
"""Sent when a sheet is served to a visitor, with its `page` and the `request`."""
