"""The columns that need Wagtail's locale, once its tables exist."""

from django.db import migrations

from wagtail.models import BootstrapLocaleField, BootstrapTranslatableModel, BootstrapTranslationKeyField


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0001_base_page"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        BootstrapLocaleField("catalogue.BasePage"),
        BootstrapTranslationKeyField("catalogue.BasePage"),
        BootstrapTranslatableModel("catalogue.BasePage"),
    ]
