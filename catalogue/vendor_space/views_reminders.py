"""Which reminders one gets: a page for whoever is signed in, and the way out that mails carry."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from catalogue import reminders
from catalogue.vendor_space.access import FORM, private
from catalogue.vendor_space.forms_reminders import RemindersForm


@private(*FORM)
def settings(request: HttpRequest) -> HttpResponse:
    """Turn each kind of reminder on and off."""
    data = request.POST if request.method == "POST" else None
    form = RemindersForm(data, user=request.user)
    if form.is_valid():
        reminders.choose(user=request.user, wanted=form.wanted())
        messages.success(request, _("Vos rappels sont réglés."))
        return redirect("reminders")
    return render(request, "catalogue/vendor_space/reminders.html", {"form": form})


# No session and no token of a form: mail programs post there by themselves (RFC 8058). Who holds
# the link may stop these mails and learns nothing; reading it stops nothing, since scanners do.
@csrf_exempt
@never_cache
@require_http_methods(FORM)
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out of a mail: a page with one button, or one click in the mail program."""
    found = reminders.read_stop_token(token)
    context = {"kind": found[1].label if found else "", "stopped": False}
    if found and request.method == "POST":
        user, kind = found
        reminders.stop(user=user, kind=kind)
        context["stopped"] = True
    status = 200 if found else 404
    return render(request, "catalogue/vendor_space/reminders_stop.html", context, status=status)
