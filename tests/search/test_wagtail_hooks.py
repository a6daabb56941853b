"""The words of staff and the state of the index, in Wagtail's admin."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from catalogue.models import Category
from home.services import EDITORS
from search.models import IndexTarget, PendingDocument, ReplacedProduct, SynonymGroup
from tests.accounts.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, site):
    user = User.objects.create_user("redaction@exemple.fr", "x", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITORS))
    sign_in_staff(client, user)
    return client


@pytest.mark.parametrize("address", ["synonymes:index", "produits-remplaces:index", "search_state"])
def test_nobody_enters_without_signing_in(client, site, address):
    response = client.get(reverse(address))
    assert response.url.startswith(reverse("wagtailadmin_login"))


@pytest.mark.parametrize("address", ["synonymes:index", "produits-remplaces:index", "search_state"])
def test_staff_without_the_right_is_refused(client, site, address):
    group = Group.objects.create(name="Lecture")
    group.permissions.add(
        *Group.objects.get(name=EDITORS).permissions.filter(codename="access_admin")
    )
    user = User.objects.create_user("lecture@exemple.fr", "x", is_staff=True)
    user.groups.add(group)
    sign_in_staff(client, user)
    assert client.get(reverse(address)).url == reverse("wagtailadmin_home")


def test_an_editor_adds_synonyms_one_a_line(editor):
    editor.post(reverse("synonymes:add"), {"expressions": "parapheur\nsignature électronique"})
    assert SynonymGroup.objects.filter(expressions=["parapheur", "signature électronique"]).exists()


def test_one_expression_alone_is_refused_and_kept(editor):
    page = editor.post(reverse("synonymes:add"), {"expressions": "parapheur seul"}).content.decode()
    assert "Donnez au moins deux expressions, une par ligne." in page
    assert "parapheur seul" in page


def test_an_editor_says_where_the_alternatives_to_a_product_stand(editor):
    leaf = Category.objects.leaves().first()
    editor.post(reverse("produits-remplaces:add"), {"name": "Grosvisio", "categories": [leaf.pk]})
    assert list(ReplacedProduct.objects.get(name="Grosvisio").categories.all()) == [leaf]
    page = editor.get(reverse("produits-remplaces:index"), {"q": "grosvisio"}).content.decode()
    assert leaf.name in page


def test_the_state_says_what_each_index_still_has_to_learn(editor, engine):
    target = IndexTarget.objects.create(name="embedded")
    PendingDocument.objects.bulk_create(
        PendingDocument(target=target.name, document=uuid.uuid4()) for _ in range(3)
    )
    response = editor.get(reverse("search_state"))
    assert response.context_data["targets"][0].pending == 3
    assert "3 documents à indexer" in editor.get(reverse("wagtailadmin_home")).content.decode()
