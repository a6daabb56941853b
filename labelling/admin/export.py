"""« Dossier complet »: everything about one file in a ZIP, for a court."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from labelling import court_file
from labelling.admin.desk import FileScreen, closed
from labelling.permissions import user_can_read_file


class ExportView(FileScreen, TemplateView):
    """Say what is in it, then hand it out to who decides; taking it is written in the file's events."""

    template_name = "labelling/admin/export.html"
    page_title = gettext_lazy("Dossier complet")
    header_icon = "download"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reads = user_can_read_file(request.user, self.file)
        if reads and not court_file.user_can_export(request.user, self.file):
            return closed(
                request, _("Le dossier complet est remis aux personnes qui décident d'un label.")
            )
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        archive = court_file.export(application=self.file, by=request.user)
        name = f"{court_file.archive_name(self.file)}.zip"
        return FileResponse(archive, as_attachment=True, filename=name)
