"""How often somebody may do what costs others something: counted in the shared cache, not kept."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

HOUR = 3600
DAY = 24 * HOUR


def spend(action: str, who: object, *, most: int, seconds: int) -> bool:
    """Count one more; return whether it is within `most` in the window of `seconds` under way."""
    # The window is in the key: touching the expiry never makes it longer.
    key = f"quota.{action}.{who}.{int(timezone.now().timestamp()) // seconds}"
    cache.add(key, 0, timeout=seconds)
    try:
        count: int = cache.incr(key)
        cache.touch(key, seconds)  # some caches write their default expiry when they count
    except ValueError:  # it expired between the two lines
        return True
    return count <= most


def sender_of(request: HttpRequest) -> str:
    """Who sent this, without keeping the address: a keyed hash, to be given to `spend`.

    The address is read behind as many trusted proxies as the settings say.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    hops.append(request.META.get("REMOTE_ADDR", ""))
    address = hops[max(0, len(hops) - 1 - settings.TRUSTED_PROXIES)].strip()
    return salted_hmac("catalogue.quotas", address, algorithm="sha256").hexdigest()
