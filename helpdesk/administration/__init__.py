"""The settings: queues, rules, promises, mailboxes and people; leads read, administrators change."""
