
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_trust_and_official_lists'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reason',
            name='purpose',
            field=models.CharField(choices=[('return', 'demander de compléter une fiche'), ('takedown', 'retirer une fiche, suspendre un offreur'), ('report', 'répondre à un signalement'), ('recommendation', 'répondre à une demande de recommandation'), ('criterion', "motiver l'examen d'un critère"), ('label', 'motiver une décision sur un label')], max_length=20, verbose_name='sert à'),
        ),
        migrations.AlterField(
            model_name='sheetevent',
            name='kind',
            field=models.CharField(choices=[('published', 'Première publication'), ('changed', 'Modification publiée'), ('confirmed', 'Exactitude confirmée'), ('archived', 'Archivage'), ('restored', 'Retour au catalogue'), ('transferred', 'Passage à un autre offreur'), ('taken-down', 'Retrait par la mission LABEL'), ('put-back', 'Remise en ligne'), ('merged', 'Regroupement avec une autre fiche'), ('assessed', 'Auto-évaluation remise'), ('verified', 'Vérification'), ('unverified', "Fin d'une vérification"), ('contested', 'Contestation'), ('settled', "Fin d'une contestation"), ('label', 'Label')], max_length=20, verbose_name='fait'),
        ),
    ]
