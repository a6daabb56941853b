"""Import the list of the countries that an adequacy decision covers."""

from catalogue.management.commands._list import ListCommand
from catalogue.models import OfficialList


class Command(ListCommand):
    help = "Importe la liste des pays adéquats (RGPD, art. 45) ; deux fois le même fichier ne change rien."
    list = OfficialList.ADEQUACY
    is_shipped = True
