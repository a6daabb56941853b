"""The index hears of every change in the transaction that makes it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from catalogue.models import (
    BuyerCategory,
    Category,
    Integration,
    PriceBand,
    PurchasingBody,
    SolutionTag,
)
from catalogue.signals import document_changed
from search.indexing import queue
from search.models import ReplacedProduct, SynonymGroup
from search.services import forget_vocabulary


@receiver(document_changed)
def remember_change(sender: type, uids: Sequence[UUID] | None, **kwargs: Any) -> None:
    """Queue the sheets for every index."""
    queue(uids)


@receiver(m2m_changed, sender=ReplacedProduct.categories.through)
def words_changed(sender: type, **kwargs: Any) -> None:
    """Synonyms act at query time and labels when shown: forgetting them is enough."""
    forget_vocabulary()


for model in (
    BuyerCategory,
    Category,
    Integration,
    PriceBand,
    PurchasingBody,
    ReplacedProduct,
    SolutionTag,
    SynonymGroup,
):
    post_save.connect(words_changed, sender=model)
    post_delete.connect(words_changed, sender=model)
