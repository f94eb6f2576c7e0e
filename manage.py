#!/usr/bin/env python
"""Django's command line."""

import os
import sys

AWAY = 75  # EX_TEMPFAIL: a mail server that pipes a mail into us keeps it and tries again


def main() -> None:
    """Run a management command, on the services of a running `make up` unless the environment names others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    if "DATABASE_URL" not in os.environ:
        from helpdesk.local.env import use_running

        use_running()
        if not {"DATABASE_URL", "SECRET_KEY"} & set(os.environ) and "receive_mail" in sys.argv[1:2]:
            sys.exit(_nothing_runs())
        if not {"DATABASE_URL", "SECRET_KEY"} & set(os.environ) and "triage_eval" in sys.argv[1:2]:
            _start_server()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _start_server() -> None:
    from helpdesk.local import throwaway
    from helpdesk.local.refusal import Refusal

    try:
        throwaway.start()
    except Refusal as refusal:
        sys.exit(str(refusal))


def _nothing_runs() -> int:
    sys.stderr.write("There is no helpdesk to give the mail to: start it with `make up`, or set DATABASE_URL.\n")
    return AWAY


if __name__ == "__main__":
    main()
