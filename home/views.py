"""Pages of the site's frame, and what machines ask it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import Category, ReferenceConfiguration
from catalogue.quotas import HOUR, sender_of, spend
from catalogue.reporting import find_listing
from home import services
from home.forms import OFFERED, ContactForm
from home.models import ContactMessage, ContentPage
from search.indexing import state
from search.models import SynonymGroup

MESSAGES_PER_HOUR = 5
SECURITY_TXT_DAYS = 180


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """How results are ordered, and that nobody can buy a place."""
    rows = ReferenceConfiguration.objects.at(timezone.localdate()).order_by("metric", "quantity")
    return render(
        request,
        "home/ranking.html",
        {
            "state": state(),
            "configurations": _by_metric(rows),
            "synonyms": SynonymGroup.objects.order_by("pk")[:8],
            "summary": (
                ("ordre", _("L'ordre des résultats")),
                ("mots", _("Les mots que le catalogue rapproche")),
                ("prix", _("Comment le prix total est calculé")),
                ("filtres", _("Ce que font les filtres")),
                ("marques", _("Ce que valent les marques")),
            ),
        },
    )


def _by_metric(rows: Any) -> list[tuple[str, int, dict[str, int]]]:
    """One line a metric: (label, months, quantity by size of the need)."""
    lines: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows:
        lines.setdefault((row.get_metric_display(), row.months), {})[row.size] = row.quantity
    return [(label, months, quantities) for (label, months), quantities in lines.items()]


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """The contact form; what was typed is never lost on an error."""
    if request.GET.get("objet") == ContactMessage.Subject.ANOMALY:
        # Where anomalies were reported before they had a page of their own.
        asked = urlencode({"fiche": request.GET.get("fiche", "")})
        return redirect(f"{reverse('report')}?{asked}", permanent=True)
    form = ContactForm(request.POST) if request.method == "POST" else _empty_form(request)
    if request.method == "POST" and form.is_valid():
        if form.is_from_robot:
            return redirect("contact_sent")  # a robot learns nothing from the answer
        if _too_many_messages(request):
            form.add_error(
                None,
                _(
                    "Vous avez déjà envoyé plusieurs messages. Réessayez dans une heure : votre texte reste ci-dessous."
                ),
            )
            return _contact_page(request, form, status=429)
        services.receive_message(
            subject=form.cleaned_data["objet"],
            listing=form.cleaned_data["fiche"],
            email=form.cleaned_data["email"],
            message=form.cleaned_data["message"],
        )
        return redirect("contact_sent")
    return _contact_page(request, form, status=200)


def _empty_form(request: HttpRequest) -> ContactForm:
    subject = request.GET.get("objet", "")
    slug = request.GET.get("fiche", "")
    listing = find_listing(slug) if slug else None
    known = subject in dict(OFFERED)
    return ContactForm(
        initial={
            "objet": subject if known else ContactMessage.Subject.QUESTION,
            "fiche": f"/solutions/{listing.page.slug}/" if listing else "",
        }
    )


def _contact_page(request: HttpRequest, form: ContactForm, *, status: int) -> HttpResponse:
    address = form["fiche"].value() or ""
    listing = find_listing(address) if address else None
    return render(request, "home/contact.html", {"form": form, "listing": listing}, status=status)


def _too_many_messages(request: HttpRequest) -> bool:
    """Count this message against its sender's hour; the address itself is not kept."""
    return not spend("contact", sender_of(request), most=MESSAGES_PER_HOUR, seconds=HOUR)


@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    """Says that the message arrived and what happens next."""
    return render(request, "home/contact_sent.html")


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every page of the site, for people; `/sitemap.xml` is for machines."""
    return render(
        request,
        "home/site_map.html",
        {
            "pages": ContentPage.objects.live().order_by("path"),
            "categories": Category.objects.roots(),
        },
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: sheets, not every combination of filters."""
    lines = (
        "User-agent: *",
        "Disallow: /gestion/",
        "Disallow: /comparer/",
        "Disallow: /solutions/?",
        "Disallow: /label/?",
        "Disallow: /contact/?",
        "Disallow: /signaler/",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a vulnerability (RFC 9116); the expiry moves every day."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires = (today + dt.timedelta(days=SECURITY_TXT_DAYS)).astimezone(dt.UTC)
    lines = (
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Contact: {settings.SITE_URL}{reverse('contact')}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
