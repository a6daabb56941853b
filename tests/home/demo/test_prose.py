"""Words put together."""

import pytest

from home.demo.prose import of_place


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Valmire-sur-Orne", "de Valmire-sur-Orne"),
        ("Anse-Marouine", "d'Anse-Marouine"),
        ("Étang-Clair", "d'Étang-Clair"),
        ("Haut-Vernoux", "de Haut-Vernoux"),
        ("Hautebrise", "de Hautebrise"),
        ("Hermival", "d'Hermival"),
        ("Les Trois Lacs", "des Trois Lacs"),
        ("Le Grand Pré", "du Grand Pré"),
        ("La Chapelle-aux-Geais", "de La Chapelle-aux-Geais"),
    ],
)
def test_places_are_elided_and_contracted_as_in_french(place, expected):
    assert of_place(place) == expected
