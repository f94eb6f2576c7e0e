from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels_intake', '0006_rules_and_blocks'),
    ]

    operations = [
        migrations.AddField(
            model_name='mailbox',
            name='leaves_mail',
            field=models.BooleanField(default=False, help_text='With POP3; else the server deletes a mail once it is stored here.', verbose_name='leave fetched mail on the server'),
        ),
        migrations.AddField(
            model_name='mailbox',
            name='taken',
            field=models.JSONField(default=list, editable=False, help_text='What lies on the POP3 server and is stored.'),
        ),
    ]
