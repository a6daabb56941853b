"""Official lists in the admin: sent, previewed, imported, read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalogue.admin.official_words import change_sections, change_words
from catalogue.models import ListImport, OfficialEntry, OfficialList
from tests.catalogue.lists import CLOUD, HOST, days, load, services, today, verified_on_list

pytestmark = pytest.mark.django_db
ADD = "/gestion/listes-officielles/new/"


def text(answer):
    return answer.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def posted(*lines, **about):
    return {
        "list": "secnumcloud",
        "dated_on": today().isoformat(),
        "text": services(*lines),
        "preview": "1",
        **about,
    }


def test_a_file_is_previewed_then_imported_as_it_was_read(moderator):
    assert "provider" in text(moderator.get(ADD))
    file = SimpleUploadedFile("liste.csv", services(CLOUD).encode())
    answer = moderator.post(ADD, posted(text="", file=file))
    page = text(answer)
    assert "rien n'est encore importé" in page
    assert "Nuage fictif (NUAGE), à partir du 1 janvier 2025" in page
    assert CLOUD in page
    assert not ListImport.objects.exists()
    token = answer.context["token"]

    changed = moderator.post(ADD, posted(CLOUD, HOST, seen=token, **{"import": "1"}))
    assert "a changé depuis l'aperçu" in text(changed)
    assert not ListImport.objects.exists()

    as_browsers_do = services(CLOUD).replace("\n", "\r\n")
    confirmed = posted(text=as_browsers_do, seen=token, **{"import": "1"})
    done = moderator.post(ADD, confirmed, follow=True)
    row = ListImport.objects.get()
    assert done.request["PATH_INFO"] == reverse("listes-officielles:inspect", args=[row.pk])
    assert row.by is not None
    assert "1 ajoutée(s)" in text(done)
    again = moderator.post(ADD, confirmed)
    assert "rien ne changerait" in text(again)
    assert ListImport.objects.count() == 1


def test_a_list_that_is_wrong_comes_back_with_every_error_and_what_was_typed(moderator):
    page = text(moderator.post(ADD, posted("A;;;;F;saas", "B;Deux;;hier;F;saas")))
    assert "Ligne 2, colonne label" in page
    assert "Ligne 3, colonne valid_to" in page
    assert "B;Deux;;hier;F;saas" in page
    for about, words in (
        ({"text": ""}, "Choisissez un fichier"),
        ({"text": "", "file": SimpleUploadedFile("l.csv", b"\xe9")}, "UTF-8"),
        ({"dated_on": days(1).isoformat()}, "à venir"),
        ({"dated_on": "un jour"}, "Saisissez une date"),
    ):
        answer = moderator.post(ADD, {**posted(CLOUD), **about})
        assert answer.status_code == 200
        assert words in text(answer)
    assert not OfficialEntry.objects.exists()


def test_an_import_shows_what_it_changed_and_the_sheets_that_follow(moderator):
    load(CLOUD, HOST, dated_on=days(-9))
    claim = verified_on_list(until=days(365))
    load(HOST.replace("Socle fictif", "Socle rebaptisé"))
    rows = moderator.get(reverse("listes-officielles:index"))
    assert [row.dated_on for row in rows.context["object_list"]] == [today(), days(-9)]
    assert "1 terminée(s), 1 modifiée(s), 1 allégation(s) dont la fin change" in text(rows)
    latest = ListImport.objects.first()
    page = text(moderator.get(reverse("listes-officielles:inspect", args=[latest.pk])))
    assert "Nuage fictif (NUAGE), terminée le" in page
    assert "libellé Socle fictif → Socle rebaptisé" in page
    assert reverse("wagtailadmin_pages:edit", args=[claim.listing.page_id]) in page
    claim.listing.page.delete()
    gone = text(moderator.get(reverse("listes-officielles:inspect", args=[latest.pk])))
    assert "Orvalis" in gone


def test_lines_are_filtered_by_list_and_by_day_and_show_what_rests_on_them(moderator):
    load(CLOUD, HOST, dated_on=days(-9))
    verified_on_list(until=days(365))
    load(HOST)
    OfficialEntry.objects.create(
        list=OfficialList.ADEQUACY, code="CH", label="Suisse", valid_from=days(5)
    )
    index = reverse("lignes-officielles:index")
    for query, found in (
        ("", {"CH", "NUAGE", "SOCLE"}),
        ("?period=now", {"SOCLE"}),
        ("?period=over", {"NUAGE"}),
        (f"?list=secnumcloud&on={days(-2)}", {"NUAGE", "SOCLE"}),
        ("?list=adequacy", {"CH"}),
        ("?on=hier", {"CH", "NUAGE", "SOCLE"}),
        ("?q=Nuage", {"NUAGE"}),
    ):
        rows = moderator.get(index + query).context["object_list"]
        assert {row.code for row in rows} == found, query
    entry = OfficialEntry.objects.get(code="NUAGE")
    page = text(moderator.get(reverse("lignes-officielles:inspect", args=[entry.pk])))
    assert "Fictilog" in page
    assert "Orvalis, Cloud au centre" in page


def test_nobody_edits_or_deletes_a_line_or_an_import(moderator):
    load(CLOUD)
    for space, row in (
        ("listes-officielles", ListImport.objects.get()),
        ("lignes-officielles", OfficialEntry.objects.get()),
    ):
        for name in ("edit", "delete"):
            moderator.post(reverse(f"{space}:{name}", args=[row.pk]), {"list": "licences"})
    moderator.post(reverse("lignes-officielles:add"), {"list": "licences"})
    assert OfficialEntry.objects.get().list == ListImport.objects.get().list == "secnumcloud"


def test_the_words_say_nothing_of_what_did_not_change():
    assert change_words({}) == "Rien"
    assert change_sections({}) == []
    details = [{"status": "accepted"}, {"status": "refused"}]
    line = {
        "code": "MIT",
        "label": "MIT",
        "fields": {"detail": details, "valid_to": ["", "2026-12-01"]},
    }
    ((_title, [(words, _url)]),) = change_sections({"changed": [line]})
    assert words == ("MIT : statut accepted → refused ; jusqu'au sans fin connue → 1 décembre 2026")
