"""When two names are those of one public body."""

import pytest

from catalogue.bodies import same_body


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("COMMUNE DE VALFICTIF", "Ville de Valfictif"),
        ("Mairie de Saint-Élie", "Commune de Saint Elie"),
        ("Commune d'Ormes", "Commune d’Ormes"),
        ("DEPARTEMENT DE LA LOIRE", "Conseil départemental de la Loire"),
        ("REGION BRETAGNE", "Conseil régional de Bretagne"),
    ],
)
def test_it_is_the_same_however_it_is_written(one, other):
    assert same_body(one, other)
    assert same_body(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Commune de Lyon", "Commune de Nice"),
        ("Commune de Lyon", "Métropole de Lyon"),
        ("Département de l'Ain", "Département de l'Aisne"),
        ("Département de la Loire", "Département de la Loire-Atlantique"),
        ("Ministère de la Culture", "Ministère de l'Agriculture"),
        ("Commune", "Mairie de la ville"),
        ("", "Commune de Lyon"),
        ("", ""),
    ],
)
def test_it_is_another_in_doubt(one, other):
    assert not same_body(one, other)
