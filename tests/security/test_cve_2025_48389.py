"""Nothing from outside is deserialised into objects: tasks and sessions are JSON (FreeScout options, paperless payloads)."""

import ast
from pathlib import Path

from django.conf import settings

from helpdesk.celery import app

ROOT = Path(__file__).parents[2]
APPS = (
    "helpdesk",
    "people",
    "sla",
    "knowledgebase",
    "tickets",
    "channels_intake",
    "notifications",
    "portal",
    "reports",
)
LOADERS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"}


def test_the_broker_is_listened_to_in_json_alone() -> None:
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"


def test_sessions_are_json() -> None:
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")


def test_no_module_of_ours_imports_a_loader_of_objects() -> None:
    imported = {
        name.partition(".")[0]
        for folder in APPS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }

    assert not imported & LOADERS
