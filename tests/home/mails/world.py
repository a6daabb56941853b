"""A company, its owner and who moderates, for what makes mails leave."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from accounts.models import User
from catalogue.models import Listing, Vendor
from tests.catalogue.company_api import SARL
from tests.catalogue.factories import VendorFactory, make_sheet
from tests.catalogue.people import attach, member, moderator

ELSEWHERE = "commune@ficti.example"


class World:
    """A company, its owner, somebody who moderates, and what commits at the end of each call."""

    def __init__(self, commit: Callable[..., Any]) -> None:
        self.commit = commit

    @cached_property
    def vendor(self) -> Vendor:
        return VendorFactory(name="Fictilog", siren=SARL, website="https://fictilog.example")

    @cached_property
    def owner(self) -> User:
        return member(self.vendor)

    @cached_property
    def judge(self) -> User:
        return moderator()

    @cached_property
    def live(self) -> Listing:
        """A published sheet of the attached company, which has an owner."""
        attach(self.vendor, self.owner)
        return make_sheet("Ardoise", vendor=self.vendor, slug="ardoise").listing

    def do(self, service: Callable[..., Any], **arguments: Any) -> Any:
        """Call a service and let what it queued be sent."""
        with self.commit(execute=True):
            return service(**arguments)
