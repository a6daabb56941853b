"""Files of evidence: handed out as downloads, none outlives the row that it proves something in."""

from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete, post_init, post_save
from django.dispatch import receiver
from django.http import FileResponse, Http404

from catalogue.models import Evidence, Proof, Request


def evidence_response(piece: Evidence) -> FileResponse:
    """The file of a piece of evidence as a download; raises 404 when there is none.

    Whoever calls this has checked who asks.
    """
    if not piece.file or not piece.file.storage.exists(piece.file.name):
        raise Http404
    return FileResponse(
        piece.file.open("rb"), as_attachment=True, filename=PurePath(piece.file.name).name
    )


@receiver(post_init, sender=Evidence)
def remember_file(instance: Evidence, **kwargs: Any) -> None:
    """Keep the name of the file that the row was read with, unless it was not read."""
    instance.stored_file = "" if "file" in instance.get_deferred_fields() else instance.file.name


@receiver(post_save, sender=Evidence)
def remove_replaced_file(instance: Evidence, created: bool, **kwargs: Any) -> None:
    """The file before goes once the new one, or the address in its place, is safely written."""
    before = instance.stored_file
    if before and not created and before != instance.file.name:
        _remove(instance.file, before)
    instance.stored_file = instance.file.name


@receiver(post_delete, sender=Evidence)
def remove_file(instance: Evidence, **kwargs: Any) -> None:
    """The file goes with its row, also when a claim or a sheet takes the row along."""
    if instance.file:
        _remove(instance.file, instance.file.name)


@receiver(post_delete, sender=Proof)
def remove_mandate(instance: Proof, **kwargs: Any) -> None:
    """A mandate goes with its row."""
    if instance.mandate:
        _remove(instance.mandate, instance.mandate.name)


@receiver(post_delete, sender=Request)
def remove_dispute_file(instance: Request, **kwargs: Any) -> None:
    """What was given in support of a dispute goes with it."""
    if instance.evidence:
        _remove(instance.evidence, instance.evidence.name)


def _remove(file: FieldFile, name: str) -> None:
    transaction.on_commit(lambda: file.storage.delete(name))
