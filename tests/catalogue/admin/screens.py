"""What a browser posts to the screens of the admin, and who posts it."""

import uuid

from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data

from accounts.models import User
from catalogue.models import SolutionPage
from catalogue.services import create_listing


def staff(group):
    user = User.objects.create_user(f"{uuid.uuid4().hex}@exemple.fr", "x", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def sheet_of(vendor, parent, title="Ardoise Courrier", **fields):
    page = SolutionPage(title=title, **fields)
    parent.add_child(instance=page)
    create_listing(page=page, vendor=vendor)
    page.save_revision().publish()
    return SolutionPage.objects.get(pk=page.pk)


def offer(**fields):
    return {
        "name": "Abonnement",
        "kind": "production",
        "deployment": "saas",
        "secnumcloud": "none",
        "pricing": "priced",
        "metric": "agent",
        "period": "month",
        "unit_price": "2.5",
        "gdpr_contract": "unknown",
        "multi_zone": "unknown",
        "reversibility_documented": "unknown",
        "host_outside_eu_control": "unknown",
        "id": "",
        "uid": "",
        "ORDER": "1",
        "tiers": formset(),
        **fields,
    }


def formset(*rows, initial=0):
    """Data of a formset, nested formsets included."""
    data = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": initial}
    data.update({str(index): row for index, row in enumerate(rows)})
    return data


def form(*offers, initial=0, references=(), **fields):
    """What a browser posts for a sheet; a field given as None is left out."""
    data = {
        "title": "Ardoise Courrier",
        "slug": "ardoise-courrier",
        "distribution": "proprietaire",
        "rgaa": "inconnu",
        "offers": formset(*offers, initial=initial),
        "references": formset(*references),
        "integrations": formset(),
        "screenshots": formset(),
        **fields,
    }
    return nested_form_data({key: value for key, value in data.items() if value is not None})


def create(client, parent, *offers, **fields):
    address = reverse("wagtailadmin_pages:add", args=["catalogue", "solutionpage", parent.pk])
    return client.post(address, form(*offers, **fields))


def edit(client, page, *offers, **fields):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(*offers, **fields))


def draft_of(page):
    return SolutionPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def posted_offer(client, page):
    """The first offer as the open editor holds it: its id and its hidden uid."""
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    row = response.context["form"].formsets["offers"].forms[0]
    return {"id": row["id"].value() or "", "uid": str(row["uid"].value())}
