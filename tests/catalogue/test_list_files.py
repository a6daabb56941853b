"""Files of official lists: read strictly, every error told at once."""

import datetime as dt

import pytest

from catalogue.list_files import InvalidList, decoded, read_rows, shipped
from catalogue.models import OfficialList
from tests.catalogue.lists import CLOUD, services

ON = dt.date(2026, 11, 22)


def read(text, name=OfficialList.SECNUMCLOUD):
    return read_rows(name, text, ON)


def problems(text, name=OfficialList.SECNUMCLOUD):
    with pytest.raises(InvalidList) as caught:
        read(text, name)
    return caught.value.messages


def test_a_line_says_what_is_qualified_and_from_when_to_when():
    text = "code,label,provider,service type,valid_to\nN1,Nuage  fictif,Fictilog,SaaS,31/12/2028\n"
    (row,) = read(text)
    assert (row.code, row.label, row.valid_from) == ("N1", "Nuage fictif", None)
    assert row.valid_to == dt.date(2028, 12, 31)
    assert row.detail == {"provider": "Fictilog", "service_type": "saas"}


def test_every_error_is_told_with_its_line_and_its_column():
    found = problems(
        services(
            "A;Un;2025-13-01;;Fictilog;saas",
            "",
            "B;;2025-01-01;2024-12-31;Fictilog;mainframe",
            "C;Trois;;2020-01-01;Fictilog;iaas",
            f"D;{'x' * 201};;;Fictilog;iaas",
            "E;Cinq;;;Fictilog;iaas;trop",
        )
    )
    assert [words.partition(" :")[0] for words in found] == [
        "Ligne 2, colonne valid_from",
        "Ligne 4, colonne label",
        "Ligne 4, colonne valid_to",
        "Ligne 4, colonne service_type",
        "Ligne 5, colonne valid_from",
        "Ligne 6, colonne label",
        "Ligne 7",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vide"),
        ("code;label;provider;service_type", "de 1 à"),
        ("code;label;colour", "« provider » manquante"),
        ("code;label;provider;service_type;couleur", "« couleur » inconnue"),
        ("code;code;label;provider;service_type", "deux fois"),
        ('code;label;provider;service_type\n"a;b;c;d', "ne se lit pas"),
        ("code\x00", "n'est pas une liste"),
        (services("A;Un;;;F;saas").replace("A;", f"{'A' * 121};"), "120 caractères"),
        ("code;label;provider;service_type;source_url\nA;B;C;saas;javascript:x", "source_url"),
    ],
)
def test_what_is_no_list_is_refused(text, words):
    assert any(words in found for found in problems(text))


@pytest.mark.parametrize(
    "second",
    ["NUAGE;Encore;2026-01-01;;F;saas", "NUAGE;Encore;;;F;saas", "NUAGE;Encore;;2027-01-01;F;saas"],
)
def test_a_code_stands_once_for_a_day(second):
    (found,) = problems(services(CLOUD, second))
    assert "NUAGE" in found
    assert "même période" in found


def test_a_code_may_have_two_periods():
    earlier = "NUAGE;Nuage fictif;2020-01-01;2023-12-31;Fictilog;saas"
    assert len(read(services(CLOUD, earlier))) == 2


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        (OfficialList.ADEQUACY, "code;label;scope\nSuisse;Suisse;", "code ISO"),
        (OfficialList.LICENCES, "code;label;status\nGPL3;GPL;accepted", "SPDX"),
        (OfficialList.LICENCES, "code;label;status\nMIT;MIT;libre", "accepted, refused"),
    ],
)
def test_a_code_is_one_that_the_rules_know(name, line, words):
    (found,) = problems(line, name)
    assert words in found


def test_a_file_full_of_errors_says_the_first_and_how_many_more():
    found = problems(services(*(f"A{number};;;;F;saas" for number in range(80))))
    assert len(found) == 51
    assert "30 autres" in found[-1]


def test_a_file_is_in_utf_8_whatever_ends_its_lines():
    assert decoded("\ufeffcode\r\né\r\n".encode()) == decoded("code\né".encode())
    with pytest.raises(InvalidList, match="UTF-8"):
        decoded("é".encode("latin-1"))


def test_what_the_repository_ships_is_a_list_like_others():
    for name, code in ((OfficialList.ADEQUACY, "CH"), (OfficialList.LICENCES, "EUPL-1.2")):
        text, read_on = shipped(name, ON)
        assert code in {row.code for row in read(text, name)}
        assert read_on <= ON
        assert shipped(name, dt.date(2026, 1, 1))[1] == dt.date(2026, 1, 1)
    with pytest.raises(KeyError):
        shipped(OfficialList.SECNUMCLOUD, ON)
