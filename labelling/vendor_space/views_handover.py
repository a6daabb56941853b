"""The check before a self-assessment is handed in, and the handover itself."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalogue import terms
from catalogue.vendor_space.access import FORM, private
from labelling import assessing
from labelling.vendor_space.access import Answering, own_assessment
from labelling.vendor_space.access_label import waiting_files
from labelling.vendor_space.forms import HandoverForm
from labelling.vendor_space.views import about, closed


@private(*FORM)
def check(request: HttpRequest, uid: uuid.UUID, referential: str, version: str) -> HttpResponse:
    """Everything that lacks, each with a link; once nothing does, what one agrees to."""
    here = own_assessment(request, uid, referential, version)
    if request.method != "POST":
        if here.opened.listing.archived_at:
            return closed(request, here.opened)
        return _page(request, here, HandoverForm())
    form = HandoverForm(request.POST)
    if form.is_valid():
        try:
            assessing.hand_over(
                assessment=here.assessment,
                by=request.user,
                attested=form.cleaned_data["exactitude"],
            )
        except assessing.Incomplete:
            form.add_error(None, _("Il manque encore des réponses : la liste est ci-dessous."))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            slug = here.opened.page.slug
            text = _('Vos réponses sont remises. <a href="{}">Le public les lit ici.</a>')
            link = reverse("assessment", args=[slug, referential])
            messages.success(request, format_html(text, link))
            return redirect(here.address("assessment_space"))
    return _page(request, here, form)


def _page(request: HttpRequest, here: Answering, form: HandoverForm) -> HttpResponse:
    standing, today = here.standing(), timezone.localdate()
    version = here.assessment.version
    to_come, over = version.valid_from > today, version.is_replaced_on(today)
    context: dict[str, Any] = {
        **about(here),
        "form": form,
        "standing": standing,
        "lacking": [
            (row.theme, [(gap, here.question(gap.criterion.id)) for gap in row.gaps])
            for row in standing.themes
            if row.gaps
        ],
        "moved": [(one, here.question(one)) for one in standing.moved],
        "is_to_come": to_come,
        "is_over": over,
        "terms": terms.current(),
        "waiting": waiting_files(here.opened.listing, version.referential_id),
    }
    obstacles = to_come or over or context["suspended"]
    context["may_hand"] = context["is_public"] and context["attached"] and not obstacles
    return render(request, "labelling/vendor_space/check.html", context)
