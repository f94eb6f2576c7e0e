"""Remember which specialists a request goes to when it is escalated."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0003_acknowledged_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='routingrule',
            name='directly',
            field=models.BooleanField(default=False, help_text="Otherwise a higher level's queue is only where the request goes when first level cannot solve it.", verbose_name='past first level'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='specialists',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.queue', verbose_name='goes to when escalated'),
        ),
    ]
