"""What `make up` says when everything runs."""

DEMO = """\
  Log in as        sophie.neumann@example.com   first level       password: helpdesk-demo
                   daniel.kraft@example.com     second level      password: helpdesk-demo
                   admin@example.com            administrator     password: helpdesk-demo

  Try first        1. Log in as first level and open the ticket at the top of the list.
                   2. Insert the suggested solution and send the answer.
"""
EMPTY = """\
  The helpdesk is empty. Make the first administrator in another terminal:
                   .venv/bin/python manage.py createsuperuser
"""


def welcome(url: str, *, has_demo: bool, smtp_port: int | None, has_post_office: bool) -> str:
    """Return the address, who may log in, and what to try first."""
    lines = ["", f"  The helpdesk     {url}"]
    if has_post_office:
        lines.append(f"  Post office      {url}/mail/   what the customers would read; answer there as one of them")
    if smtp_port is not None:
        lines.append(f"  SMTP             localhost:{smtp_port}   any mail program can write a ticket")
    lines += ["", (DEMO if has_demo else EMPTY).rstrip(), "", "  Ctrl-C stops everything; the data stay.", ""]
    return "\n".join(lines)
