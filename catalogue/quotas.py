"""How often somebody may do what costs others something: counted in the shared cache, not kept."""

from django.core.cache import cache
from django.utils import timezone

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
