"""What the catalogue tells those above it."""

from django.dispatch import Signal

document_changed = Signal()
"""Sent inside the transaction that alters what the index says of sheets.

`uids`: public ids of the listings concerned, or None when all of them are (a vocabulary changed).
"""
sheet_read = Signal()
"""Sent when a sheet is served to a visitor, with its `page` and the `request`."""
sheet_merging = Signal()
"""Two sheets are about to be merged, inside the transaction. Arguments: `listing`, the duplicate.

A receiver returns a French sentence that refuses and says what to do first, or None.
"""
evidence_removing = Signal()
"""A piece that was handed in is about to be removed. Arguments: `piece`; answers as above."""
