"""People, and providers that identify them."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from tests.oidc.forging import CLIENT, Forger, running_forger
from tests.oidc.running import running_provider

PASSWORD = "une phrase assez longue"


@pytest.fixture
def person(db) -> User:
    """Somebody with a confirmed address and a password."""
    user = User.objects.create_user("ana@exemple.fr", PASSWORD, first_name="Ana")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def at_once(monkeypatch) -> None:
    """What waits for the end of a transaction is done at once: a test's own never ends."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **options: do())


@pytest.fixture
def signed_in(client, person):
    """A browser whose owner has just typed the password."""
    client.post("/compte/connexion/", {"login": person.email, "password": PASSWORD})
    return client


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("chef@exemple.fr", PASSWORD)


@pytest.fixture(scope="session")
def real_issuer() -> Iterator[str]:
    with running_provider() as issuer:
        yield issuer


def _use(settings, issuer: str) -> None:
    settings.PROCONNECT = {**settings.PROCONNECT, "ISSUER": issuer}
    settings.OIDC_RP_CLIENT_ID = CLIENT
    settings.OIDC_RP_CLIENT_SECRET = "s" * 40


@pytest.fixture
def provider(real_issuer, settings) -> str:
    """ProConnect's double, a real provider, set up for this test. Its issuer."""
    _use(settings, real_issuer)
    return real_issuer


@pytest.fixture
def forger(settings) -> Iterator[Forger]:
    """A provider that lies as the test says."""
    with running_forger() as forger:
        _use(settings, forger.issuer)
        yield forger
