"""Where people land after signing in; apps above register their rules, accounts knows none."""

from collections.abc import Callable

from django.urls import reverse

from accounts.models import User

Rule = Callable[[User], str | None]
"""Says where somebody lands (an address of the site), or None to leave it to the next rule."""

_rules: list[Rule] = []


def register(rule: Rule) -> Rule:
    """Add a rule, asked before those registered earlier; usable as a decorator."""
    if rule not in _rules:
        _rules.insert(0, rule)
    return rule


def landing(user: User) -> str:
    """Address where this person lands: the first rule that answers, else their account."""
    for rule in _rules:
        if address := rule(user):
            return address
    return reverse("account_home")
