"""Files that people send: what they are is read in their content, never in their name.

Pictures are decoded and written anew, which leaves metadata (where a photo was taken, who took it)
and whatever was hidden beside the picture behind. Pieces of evidence in PDF cannot be: they are
served as downloads only (`catalogue.evidence.evidence_response`), and scanned where there is an
antivirus.
"""

import io
import struct
import uuid
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

import filetype
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from catalogue.scanning import Scan, scan

MEGABYTE = 1024 * 1024
MAX_IMAGE_BYTES = 5 * MEGABYTE
MAX_EVIDENCE_BYTES = 10 * MEGABYTE
MAX_SIDE = 2000
MAX_EVIDENCE_SIDE = 4000
MAX_PIXELS = 40_000_000
"""A full-page photo of a recent telephone; 160 MB once decoded."""
# A progressive JPEG has about ten; thousands in a small file keep a decoder busy for minutes.
_MAX_JPEG_SCANS = 100
_CHUNK = 64 * 1024
_EXTENSIONS = {"PNG": ("png",), "JPEG": ("jpg", "jpeg", "jpe", "jfif"), "WEBP": ("webp",)}
_EVIDENCE_FORMATS = ("PNG", "JPEG")
_SAVING: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "WEBP": {"quality": 85, "method": 4},
}
# What Pillow raises for a truncated or damaged file.
_DAMAGED = (
    *(OSError, SyntaxError, ValueError, EOFError, TypeError),
    *(LookupError, ArithmeticError, struct.error),
)
# By EXIF's orientation; 1 is upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")
# Only in files made to be taken for something else: text has no business in compressed pixels.
_ACTIVE = (b"<script", b"<?php", b"<!doctype html", b"<html")


class RefusedUpload(ValidationError):
    """A file that is not taken; the message says in French why, and what to do."""


class SafeImage(NamedTuple):
    """A picture written anew, named by nobody, with its size in pixels."""

    file: ContentFile[bytes]
    width: int
    height: int


@dataclass(frozen=True)
class SafeEvidence:
    """A piece of evidence to keep, and what the antivirus said of it (never infected)."""

    file: ContentFile[bytes]
    scan: Scan


def safe_image(
    file: File[Any],
    *,
    max_bytes: int = MAX_IMAGE_BYTES,
    max_side: int = MAX_SIDE,
    max_pixels: int = MAX_PIXELS,
) -> SafeImage:
    """Return a picture written anew: upright, in sRGB, without metadata, scaled to `max_side`.

    PNG, JPEG and WebP only, each kept as it is; animated ones are refused.

    :raises RefusedUpload: anything else, too heavy, too large, damaged, or not only a picture.
    """
    data = _read(file, max_bytes)
    return _rewritten(data, file.name, tuple(_EXTENSIONS), max_side, max_pixels)


def safe_evidence(file: File[Any], *, max_bytes: int = MAX_EVIDENCE_BYTES) -> SafeEvidence:
    """Return a piece of evidence to keep: a PDF as it came, or a PNG or JPEG written anew.

    :raises RefusedUpload: anything else, too heavy, damaged, or infected.
    """
    data = _read(file, max_bytes)
    verdict = scan(data)
    if verdict is Scan.INFECTED:
        raise RefusedUpload(
            _("L'antivirus a reconnu un virus dans ce fichier. Vérifiez votre poste."),
            code="infected",
        )
    if data.startswith(b"%PDF-"):
        _check_pdf(data, file.name)
        return SafeEvidence(ContentFile(data, name=_new_name("pdf")), verdict)
    picture = _rewritten(data, file.name, _EVIDENCE_FORMATS, MAX_EVIDENCE_SIDE, MAX_PIXELS)
    return SafeEvidence(picture.file, verdict)


def _read(file: File[Any], max_bytes: int) -> bytes:
    """Read a file unless it is too heavy, of which no more than the limit is ever read."""
    too_heavy = RefusedUpload(
        _("Ce fichier est trop lourd : pas plus de %(limit)s Mo. Réduisez-le et recommencez."),
        code="too_heavy",
        params={"limit": f"{max_bytes / MEGABYTE:g}".replace(".", ",")},
    )
    if (getattr(file, "size", None) or 0) > max_bytes:
        raise too_heavy
    file.seek(0)
    data = bytearray()
    while chunk := file.read(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise too_heavy
    if not data:
        raise RefusedUpload(_("Ce fichier est vide. Choisissez-en un autre."), code="empty")
    return bytes(data)


def _rewritten(
    data: bytes, name: str | None, formats: tuple[str, ...], max_side: int, max_pixels: int
) -> SafeImage:
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            kind = "JPEG" if image.format == "MPO" else str(image.format)
            _check_image(image, data, kind, max_pixels)
            _check_extension(name, kind)
        with Image.open(io.BytesIO(data), formats=formats) as image:
            picture = _upright_srgb(image, max_side)
    except UnidentifiedImageError as error:
        raise _not_a_picture(data, formats) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(max_pixels) from error
    except _DAMAGED as error:
        raise RefusedUpload(
            _("Cette image est abîmée ou incomplète. Enregistrez-la de nouveau et recommencez."),
            code="damaged",
        ) from error
    output = io.BytesIO()
    picture.save(output, format=kind, **_SAVING[kind])
    content = ContentFile(output.getvalue(), name=_new_name(_EXTENSIONS[kind][0]))
    return SafeImage(content, picture.width, picture.height)


def _check_image(image: Image.Image, data: bytes, kind: str, max_pixels: int) -> None:
    """Refuse before anything is decoded: only the header was read so far."""
    if image.width * image.height > max_pixels:
        raise _too_large(max_pixels)
    if kind != "JPEG" and getattr(image, "is_animated", False):
        raise RefusedUpload(_("Cette image est animée. Envoyez une image fixe."), code="animated")
    if kind == "JPEG" and data.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise OSError("too many scans")
    if _holds_something_else(data):
        raise _two_in_one()
    image.verify()


def _upright_srgb(image: Image.Image, max_side: int) -> Image.Image:
    """Decode a picture; orientation and colours applied, metadata left behind."""
    profile, turn = image.info.get("icc_profile"), _turn(image)
    image.draft(None, (max_side, max_side))  # a JPEG decodes to a size near the wanted one
    picture = _resizable(image)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if turn is not None:
        picture = picture.transpose(turn)
    picture = _srgb(picture, profile)
    picture.info.clear()  # what Pillow would write by itself, such as a comment or a resolution
    return picture


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to put a photo upright. Pillow's own `exif_transpose` fails on metadata it can't rewrite."""
    with suppress(*_DAMAGED):
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation) or 1)
    return None


def _resizable(image: Image.Image) -> Image.Image:
    """Palettes, transparent colours and rare depths as plain channels, before they are mixed."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.point(lambda level: level / 256).convert("L")
    return image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        # A damaged profile, or one of other channels: the colours stay as they are.
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, given, _SRGB, outputMode=mode)
            if converted is not None:
                return converted
    return picture.convert(mode)


def _check_extension(name: str | None, kind: str) -> None:
    """Refuse a name that says another type than the content, which deceives whoever sent it too."""
    extension = PurePath(name or "").suffix.lstrip(".").lower()
    known = ("pdf",) if kind == "PDF" else _EXTENSIONS[kind]
    if extension and extension not in known:
        raise RefusedUpload(
            _(
                "Ce fichier se nomme « .%(extension)s » mais contient du %(kind)s. Renommez-le en "
                "« .%(right)s », ou enregistrez-le de nouveau."
            ),
            code="wrong_extension",
            params={"extension": extension[:10], "kind": kind, "right": known[0]},
        )


def _check_pdf(data: bytes, name: str | None) -> None:
    _check_extension(name, "PDF")
    if b"%%EOF" not in data[-2048:]:
        raise RefusedUpload(
            _("Ce PDF est incomplet. Enregistrez-le de nouveau et recommencez."), code="damaged"
        )
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise _two_in_one()


def _holds_something_else(data: bytes) -> bool:
    lowered = data.lower()
    return (
        b"%pdf-" in lowered[:1024]
        or any(mark in lowered for mark in _ACTIVE)
        or zipfile.is_zipfile(io.BytesIO(data))
    )


def _not_a_picture(data: bytes, formats: tuple[str, ...]) -> RefusedUpload:
    wanted = (
        _("un PDF, un PNG ou un JPEG") if formats is _EVIDENCE_FORMATS else _("PNG, JPEG ou WebP")
    )
    return RefusedUpload(
        _("Ce fichier est de type %(found)s. Formats admis : %(wanted)s."),
        code="wrong_type",
        params={"found": _type_name(data), "wanted": wanted},
    )


def _type_name(data: bytes) -> str:
    head = data[:4096].lower()
    if b"<svg" in head:
        return "SVG"
    if b"<html" in head or b"<!doctype html" in head:
        return "HTML"
    guess = filetype.guess(data)
    return guess.extension.upper() if guess else _("inconnu")


def _too_large(max_pixels: int) -> RefusedUpload:
    return RefusedUpload(
        _("Cette image a trop de pixels : pas plus de %(limit)d millions. Réduisez-la."),
        code="too_large",
        params={"limit": max_pixels // 1_000_000},
    )


def _two_in_one() -> RefusedUpload:
    return RefusedUpload(
        _("Ce fichier en cache un autre. Enregistrez-le de nouveau depuis votre logiciel."),
        code="polyglot",
    )


def _new_name(extension: str) -> str:
    return f"{uuid.uuid4().hex}.{extension}"
