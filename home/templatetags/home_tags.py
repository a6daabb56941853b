"""What the templates of the home page and of the editorial pages ask for."""

from django import template
from django.utils.text import slugify

from home.models import ContentPage
from home.presentation import front_page

register = template.Library()
register.simple_tag(front_page, name="front_page")


@register.simple_tag
def content_summary(page: ContentPage) -> list[tuple[str, str]]:
    """(anchor, title) of the page's headings; empty when there are too few to need a summary."""
    titles = [str(block.value) for block in page.body if block.block_type == "heading"]
    return [(slugify(title), title) for title in titles] if len(titles) > 2 else []
