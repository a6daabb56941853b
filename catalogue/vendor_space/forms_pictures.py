"""Step 3: logo and screenshots, one at a time, with what is written about them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalogue.models import CatalogueImage, Screenshot, SolutionPage
from catalogue.uploads import SafeEvidence, SafeImage, safe_evidence, safe_image
from catalogue.vendor_space.forms_base import DsfrMixin, dress

MOST_SHOTS = 6
ACCEPT = "image/png,image/jpeg,image/webp"
_ALTERNATIVE_HELP = _("Ce que l'image montre, pour qui ne la voit pas.")


class PictureField(forms.FileField):
    """A picture, written anew: anything else is refused with its reason."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.widget.attrs["accept"] = ACCEPT

    def clean(self, data: Any, initial: Any = None) -> SafeImage | None:
        file = super().clean(data, initial)
        return safe_image(file) if file else None


class EvidenceField(forms.FileField):
    """A writing: a PDF or a picture, whose content is checked."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.widget.attrs["accept"] = "application/pdf,image/png,image/jpeg"

    def clean(self, data: Any, initial: Any = None) -> SafeEvidence | None:
        file = super().clean(data, initial)
        return safe_evidence(file) if file else None


class PicturesForm(DsfrMixin, forms.Form):
    """The logo, each screenshot's text, and one more screenshot."""

    logo = PictureField(
        label=_("Logo"),
        help_text=_("PNG, JPEG ou WebP, 5 Mo au plus. Sans logo, la fiche montre des initiales."),
    )
    sans_logo = forms.BooleanField(label=_("Retirer le logo"), required=False)
    capture = PictureField(
        label=_("Ajouter une capture d'écran"),
        help_text=_("PNG, JPEG ou WebP, 5 Mo au plus. Sans donnée personnelle visible."),
    )
    capture_texte = forms.CharField(
        label=_("Texte alternatif de cette capture"),
        max_length=200,
        required=False,
        help_text=_ALTERNATIVE_HELP,
    )

    def __init__(self, *args: Any, instance: SolutionPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance
        self.shots = list(instance.screenshots.all())
        # Named after the picture and not its rank: two people may add and remove at once.
        for shot in self.shots:
            self.fields[f"texte-{shot.image_id}"] = dress(
                forms.CharField(
                    label=_("Texte alternatif"),
                    max_length=200,
                    help_text=_ALTERNATIVE_HELP,
                    initial=shot.alternative,
                    required=self._was_shown(shot),
                    error_messages={"required": _("Écrivez ce que montre cette capture.")},
                )
            )
            self.fields[f"retirer-{shot.image_id}"] = forms.BooleanField(
                label=_("Retirer cette capture"), required=False
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each screenshot with its two fields."""
        return [
            {
                "shot": shot,
                "text": self[f"texte-{shot.image_id}"],
                "remove": self[f"retirer-{shot.image_id}"],
            }
            for shot in self.shots
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("capture") and not data.get("capture_texte"):
            self.add_error(
                "capture_texte",
                _("Écrivez ce que montre cette capture, puis choisissez de nouveau le fichier."),
            )
        if data.get("capture_texte") and not data.get("capture") and "capture" not in self.errors:
            self.add_error("capture", _("Choisissez le fichier de cette capture."))
        if data.get("capture") and len(self._kept(data)) >= MOST_SHOTS:
            raise ValidationError(_("Six captures au plus : retirez-en une d'abord."))
        return data

    def _was_shown(self, shot: Screenshot) -> bool:
        """Whether the person had this screenshot before them: somebody else may just have added it."""
        return not self.is_bound or f"texte-{shot.image_id}" in self.data

    def _kept(self, data: dict[str, Any]) -> list[Screenshot]:
        return [shot for shot in self.shots if not data.get(f"retirer-{shot.image_id}")]

    def apply(self, by: User) -> SolutionPage:
        """Store the pictures and write them into the draft in memory."""
        data, page = self.cleaned_data, self.instance
        if data["sans_logo"]:
            page.logo = None
        if data["logo"]:
            page.logo = _store(data["logo"], _("Logo – %s") % page.title, by)
        shots = self._kept(data)
        for shot in shots:
            if self._was_shown(shot):
                shot.alternative = data[f"texte-{shot.image_id}"]
        if data["capture"]:
            image = _store(data["capture"], _("Capture – %s") % page.title, by)
            shots.append(Screenshot(image=image, alternative=data["capture_texte"]))
        for rank, shot in enumerate(shots):
            shot.sort_order = rank
        page.screenshots = shots
        return page

    def written(self) -> dict[str, Any]:
        """What stands there, for comparison with what somebody else saved."""
        texts = {f"texte-{shot.image_id}": shot.alternative for shot in self.shots}
        return {"logo": str(self.instance.logo_id or ""), **texts}


def _store(picture: SafeImage, title: Any, by: User) -> CatalogueImage:
    return CatalogueImage.objects.create(
        title=str(title)[:255],
        file=picture.file,
        width=picture.width,
        height=picture.height,
        uploaded_by_user=by,
    )
