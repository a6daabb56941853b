"""What other apps may say about an account: they listen, accounts imports nothing from them."""

from django.dispatch import Signal

account_closing = Signal()
"""An account is about to be closed, inside the transaction. Arguments: `user`.

A receiver returns a French sentence that refuses and says what to do first (the last owner of a
company hands it over), or None. Whatever it writes is undone if another one refuses.
"""

account_exporting = Signal()
"""Somebody asks for a copy of their data. Arguments: `user`.

A receiver returns a dictionary, section → what JSON can hold, of what its app keeps of them.
"""
