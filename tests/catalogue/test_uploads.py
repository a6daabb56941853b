"""Files that people send: taken for what they hold, written anew, or refused with a reason."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from catalogue import uploads
from catalogue.scanning import Scan
from catalogue.uploads import RefusedUpload, safe_evidence, safe_image

RED = (200, 30, 40)
GPS = 0x8825
ORIENTATION = 0x0112
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(
    kind: str = "PNG", mode: str = "RGB", size=(60, 40), color: Any = RED, **saving
) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, color).save(output, format=kind, **saving)
    return output.getvalue()


def upload(content: bytes, name: str = "image.png") -> ContentFile:
    return ContentFile(content, name=name)


def opened(file: File) -> Image.Image:
    file.seek(0)
    image = Image.open(file)
    image.load()
    return image


def near(pixel: tuple[int, ...], wanted: tuple[int, ...], by: int = 8) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


def refusal(content: bytes, name: str, take=safe_image) -> str:
    with pytest.raises(RefusedUpload) as refused:
        take(upload(content, name))
    return refused.value.messages[0]


def zipped() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        # Of a fixed date: tests are named after what they are given, and named alike everywhere.
        archive.writestr(zipfile.ZipInfo("hidden.txt"), "hidden")
    return output.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack("!I", len(data)) + checked + struct.pack("!I", zlib.crc32(checked))


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of some bytes that announces any size."""
    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + png_chunk(b"IEND", b"")
    )


class TestPictures:
    @pytest.mark.parametrize(
        ("kind", "name", "extension"),
        [
            ("PNG", "logo.png", ".png"),
            ("JPEG", "Logo.JPEG", ".jpg"),
            ("JPEG", "logo", ".jpg"),
            ("WEBP", "logo.webp", ".webp"),
        ],
    )
    def test_a_picture_is_written_anew_in_its_format(self, kind, name, extension):
        taken = safe_image(upload(picture(kind), name))
        image = opened(taken.file)
        assert (image.format, image.size) == (kind, (60, 40))
        assert (taken.width, taken.height) == (60, 40)
        assert near(image.convert("RGB").getpixel((5, 5)), RED)
        assert taken.file.name.endswith(extension)
        assert "logo" not in taken.file.name.lower()

    def test_no_two_files_have_one_name(self):
        names = {safe_image(upload(picture())).file.name for _ in range(3)}
        assert len(names) == 3

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_large_picture_is_scaled(self, kind):
        name = f"x.{kind.lower()}"
        taken = safe_image(upload(picture(kind, size=(900, 300)), name), max_side=300)
        assert opened(taken.file).size == (taken.width, taken.height) == (300, 100)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_metadata_stays_behind(self, kind):
        exif = Image.Exif()
        exif[0x010E] = "chez une personne"
        exif.get_ifd(GPS)[2] = (48.0, 51.0, 30.0)
        saving = {"comment": b"chez une personne"} if kind == "JPEG" else {}
        data = picture(kind, exif=exif.tobytes(), **saving)
        assert b"chez une personne" in data
        image = opened(safe_image(upload(data, f"x.{kind.lower()}")).file)
        assert dict(image.getexif()) == {}
        assert not {"exif", "comment", "xmp", "icc_profile"} & image.info.keys()

    @pytest.mark.parametrize(
        ("orientation", "corner"),
        [(1, "nw"), (2, "ne"), (3, "se"), (4, "sw"), (5, "nw"), (6, "ne"), (7, "se"), (8, "sw")],
    )
    def test_a_photo_taken_sideways_is_put_upright(self, orientation, corner):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        image = Image.new("RGB", (60, 40), "white")
        image.paste(RED, (0, 0, 20, 16))  # in the corner that is the first of the stored pixels
        output = io.BytesIO()
        image.save(output, format="JPEG", exif=exif.tobytes(), quality=95)
        taken = safe_image(upload(output.getvalue(), "x.jpg"))
        upright = opened(taken.file)
        width, height = (60, 40) if orientation < 5 else (40, 60)
        assert upright.size == (taken.width, taken.height) == (width, height)
        corners = {
            "nw": (3, 3),
            "ne": (width - 4, 3),
            "sw": (3, height - 4),
            "se": (width - 4, height - 4),
        }
        red = [name for name, at in corners.items() if near(upright.getpixel(at), RED, by=25)]
        assert red == [corner]

    def test_a_jpeg_for_print_keeps_its_colour(self):
        taken = safe_image(upload(picture("JPEG", "CMYK", color=(0, 255, 255, 0)), "x.jpg"))
        image = opened(taken.file)
        assert image.mode == "RGB"
        red, green, blue = image.getpixel((5, 5))
        assert red > 200
        assert max(green, blue) < 60

    def test_a_palette_with_a_transparent_colour_stays_transparent(self):
        image = Image.new("P", (60, 40), 0)
        image.putpalette([0, 0, 0, *RED])
        image.paste(1, (0, 0, 30, 40))
        output = io.BytesIO()
        image.save(output, format="PNG", transparency=0)
        result = opened(safe_image(upload(output.getvalue())).file)
        assert result.mode == "RGBA"
        assert result.getpixel((5, 5)) == (*RED, 255)
        assert result.getpixel((50, 5))[3] == 0

    @pytest.mark.parametrize(
        ("mode", "color", "shown"),
        [
            ("1", 1, (255, 255, 255)),
            ("L", 128, (128, 128, 128)),
            ("LA", (128, 255), (128, 128, 128, 255)),
            ("RGBA", (*RED, 128), (*RED, 128)),
            ("I;16", 128 * 256, (128, 128, 128)),
        ],
    )
    def test_rare_kinds_of_pixels_keep_their_colour(self, mode, color, shown):
        image = opened(safe_image(upload(picture("PNG", mode, color=color))).file)
        assert near(image.getpixel((5, 5)), shown, by=1)

    def test_colours_of_another_space_become_those_of_the_web(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        swapped = profile.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ")
        swapped = swapped.replace(b"----", b"gXYZ")  # a screen whose red is green
        image = opened(safe_image(upload(picture("PNG", icc_profile=swapped))).file)
        red, green, _ = image.getpixel((5, 5))
        assert green > 150 > 100 > red
        assert "icc_profile" not in image.info

    def test_a_damaged_colour_profile_is_forgotten(self):
        image = opened(safe_image(upload(picture("PNG", icc_profile=b"not a profile"))).file)
        assert near(image.getpixel((5, 5)), RED, by=0)


class TestRefusedPictures:
    @pytest.mark.parametrize("name", ["logo.svg", "logo.png"])
    def test_a_drawing_with_a_script(self, name):
        svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'
        assert (
            refusal(svg, name) == "Ce fichier est de type SVG. Formats admis : PNG, JPEG ou WebP."
        )

    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (b"GIF89a/*\x01\x00\xff\x00,*/=1;alert(1);//", "GIF"),
            (picture("GIF"), "GIF"),
            (PDF, "PDF"),
            (picture("TIFF"), "TIF"),
            (picture("BMP"), "BMP"),
            (zipped(), "ZIP"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"<!DOCTYPE html><p>", "HTML"),
            (b"texte", "inconnu"),
        ],
    )
    def test_another_type_is_named(self, content, named):
        assert f"de type {named}." in refusal(content, "image.png")

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize(
        "hidden", [zipped(), b"<script>alert(1)</script>", b"<?php phpinfo(); ?>"]
    )
    def test_a_picture_that_is_also_something_else(self, kind, hidden):
        assert "en cache un autre" in refusal(picture(kind) + hidden, f"x.{kind.lower()}")

    def test_a_page_hidden_in_a_comment(self):
        data = picture("JPEG", comment=b"*/=1;<HTML><body onload=alert(1)>")
        assert "en cache un autre" in refusal(data, "x.jpg")

    @pytest.mark.parametrize(
        ("kind", "name"), [("JPEG", "x.png"), ("PNG", "x.php"), ("PNG", "x.svg")]
    )
    def test_a_name_of_another_type(self, kind, name):
        message = refusal(picture(kind), name)
        assert f"contient du {kind}. Renommez-le" in message

    @pytest.mark.parametrize("size", [(30_000, 30_000), (7_000, 7_000), (2_000_000_000, 2)])
    def test_a_bomb_is_refused_before_it_is_decoded(self, size, monkeypatch):
        decoded = []
        monkeypatch.setattr(Image.Image, "load", lambda image: decoded.append(image))
        assert "trop de pixels : pas plus de 40 millions" in refusal(png_that_says(*size), "x.png")
        assert decoded == []

    def test_a_picture_that_says_more_than_it_holds(self):
        assert "abîmée" in refusal(png_that_says(4_000, 4_000), "x.png")

    def test_a_picture_whose_checksum_is_wrong(self):
        data = picture()
        end = data.index(b"IEND") - 8  # the last byte of the checksum of the pixels
        assert "abîmée" in refusal(data[:end] + b"\0\0\0\0" + data[end + 4 :], "x.png")

    def test_a_jpeg_of_a_thousand_scans(self):
        data = picture("JPEG")
        scans = data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 1000 + data[-2:]
        assert "abîmée" in refusal(scans, "x.jpg")

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
    def test_a_truncated_picture(self, kind, kept):
        data = picture(kind, size=(400, 300))
        part = data[: int(len(data) * kept)]
        assert "abîmée" in refusal(part, f"x.{kind.lower()}")

    @pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # it tells of damaged metadata
    @given(
        kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
        damage=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=6),
    )
    def test_a_damaged_picture_is_taken_or_refused_never_an_error(self, kind, damage):
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        exif.get_ifd(GPS)[2] = (48.0, 51.0, 30.0)
        data = bytearray(picture(kind, exif=exif.tobytes()))
        for place, byte in damage:
            data[place % len(data)] = byte
        try:
            taken = safe_image(upload(bytes(data), f"x.{kind.lower()}"))
        except RefusedUpload:
            return
        assert opened(taken.file).size == (taken.width, taken.height)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_an_animated_picture(self, kind):
        more = [Image.new("RGB", (60, 40), "blue")]
        data = picture(kind, save_all=True, append_images=more, duration=100)
        assert "animée" in refusal(data, f"x.{kind.lower()}")

    def test_nothing(self):
        assert "vide" in refusal(b"", "x.png")

    def test_fifty_megabytes_are_refused_unread(self):
        class Heavy(ContentFile):
            def read(self, *args: Any) -> bytes:
                raise AssertionError("read though its size is known")

        file = Heavy(b"x", name="x.png")
        file.size = 50 * 1024 * 1024
        with pytest.raises(RefusedUpload, match="pas plus de 5 Mo"):
            safe_image(file)

    @pytest.mark.parametrize("announced", [None, 10])
    def test_a_stream_that_hides_its_size_is_left_at_the_limit(self, announced):
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size: int = -1) -> bytes:
                self.given += size
                return b"x" * size

            def seek(self, *args: int) -> int:
                return 0

        source = Endless()
        file = File(source, name="x.png")
        file.size = announced
        with pytest.raises(RefusedUpload, match="trop lourd"):
            safe_image(file)
        assert source.given < 6 * 1024 * 1024


class TestEvidence:
    def test_a_pdf_is_kept_as_it_came_under_another_name(self):
        piece = safe_evidence(upload(PDF, "attestation de Personne.pdf"))
        assert piece.file.read() == PDF
        assert piece.file.name.endswith(".pdf")
        assert "Personne" not in piece.file.name

    def test_a_scanned_page_is_written_anew(self):
        exif = Image.Exif()
        exif[0x010E] = "chez une personne"
        piece = safe_evidence(upload(picture("JPEG", exif=exif.tobytes()), "x.jpg"))
        assert b"chez une personne" not in piece.file.read()

    @pytest.mark.parametrize(
        ("content", "name", "reason"),
        [
            (picture("WEBP"), "x.webp", "un PDF, un PNG ou un JPEG"),
            (b"MZ\x90\0", "x.pdf", "Formats admis"),
            (zipped(), "x.docx", "Formats admis"),
            (b"junk" + PDF, "x.pdf", "Formats admis"),
            (PDF[:-7], "x.pdf", "incomplet"),
            (PDF, "x.png", "contient du PDF"),
            (PDF, "x.html", "contient du PDF"),
            (PDF[:-7] + zipped() + b"%%EOF", "x.pdf", "en cache un autre"),
            (PDF + b"x" * 11_000_000, "x.pdf", "pas plus de 10 Mo"),
        ],
    )
    def test_anything_else_is_refused_with_what_to_do(self, content, name, reason):
        assert reason in refusal(content, name, safe_evidence)

    def test_without_an_antivirus_a_piece_is_not_clean(self):
        assert safe_evidence(upload(PDF, "x.pdf")).scan is Scan.NOT_SCANNED

    def test_what_the_antivirus_said_goes_with_the_piece(self, monkeypatch):
        monkeypatch.setattr(uploads, "scan", lambda data: Scan.CLEAN)
        assert safe_evidence(upload(PDF, "x.pdf")).scan is Scan.CLEAN

    def test_a_virus_is_refused(self, monkeypatch):
        monkeypatch.setattr(uploads, "scan", lambda data: Scan.INFECTED)
        assert "virus" in refusal(PDF, "x.pdf", safe_evidence)
