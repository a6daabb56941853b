"""Import the list of the licences that are accepted as free, or refused."""

from catalogue.management.commands._list import ListCommand
from catalogue.models import OfficialList


class Command(ListCommand):
    help = "Importe la liste des licences acceptées ou refusées ; deux fois le même fichier ne change rien."
    list = OfficialList.LICENCES
    is_shipped = True
