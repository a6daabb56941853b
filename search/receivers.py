"""The index hears of every change in the transaction that makes it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from catalogue.signals import document_changed
from search.models import ReplacedProduct, SynonymGroup
from search.services import forget_vocabulary, queue


@receiver(document_changed)
def remember_change(sender: type, uids: Sequence[UUID] | None, **kwargs: Any) -> None:
    """Queue the sheets for every index."""
    queue(uids)


@receiver([post_save, post_delete], sender=SynonymGroup)
@receiver([post_save, post_delete], sender=ReplacedProduct)
@receiver(m2m_changed, sender=ReplacedProduct.categories.through)
def words_changed(sender: type, **kwargs: Any) -> None:
    """Synonyms act at query time: forgetting them is enough."""
    forget_vocabulary()
