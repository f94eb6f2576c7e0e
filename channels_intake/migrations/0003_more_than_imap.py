from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("channels_intake", "0002_chats")]

    operations = [
        migrations.RenameField("mailbox", "imap_host", "host"),
        migrations.RenameField("mailbox", "imap_port", "port"),
    ]
