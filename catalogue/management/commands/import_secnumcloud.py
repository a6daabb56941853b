"""Import the list of the services that are qualified SecNumCloud."""

from catalogue.management.commands._list import ListCommand
from catalogue.models import OfficialList


class Command(ListCommand):
    help = "Importe la liste des services qualifiés SecNumCloud ; deux fois le même fichier ne change rien."
    list = OfficialList.SECNUMCLOUD
