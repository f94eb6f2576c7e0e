"""The production files, as far as they can be checked without a container engine."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.product import ROOT

OURS = {"web", "worker", "beat", "fetcher"}
SERVICE_KEYS = {
    *["build", "image", "command", "environment", "volumes", "ports", "healthcheck", "depends_on", "restart", "init"],
    *["read_only", "tmpfs", "cap_drop", "security_opt", "shm_size", "stop_grace_period"],
}
SECRETS = ["SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"]


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def test_every_part_of_the_product_is_there_and_in_the_words_of_the_schema(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "valkey", "migrate", *OURS}
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        assert ("image" in service) or ("build" in service)
        assert isinstance(service.get("command", []), list)
    named = {
        volume.partition(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    }
    assert named == set(compose["volumes"])


def test_whatever_runs_for_long_is_watched_and_started_again(compose: dict[str, Any]) -> None:
    for name in {"postgres", "valkey", *OURS}:
        service = compose["services"][name]
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
    for name in OURS:
        assert compose["services"][name]["healthcheck"]["test"][-1] == name
        assert compose["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_has_a_default(text: str) -> None:
    for secret in SECRETS:
        uses = re.findall(r"(?<!\$)\$\{" + secret + r"((?!\w)[^}]*)\}", text)
        assert uses, secret
        assert all(use.startswith(":?") for use in uses), secret
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text):
        assert not default or not re.search("KEY|PASSWORD|SECRET", name), name


def test_only_the_loopback_of_the_host_can_reach_the_pages(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert ports == ["127.0.0.1:${PORT:-8000}:8000"]


def test_the_image_is_not_root_and_installs_by_hash() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert "USER helpdesk" in dockerfile.rpartition("FROM ")[2]
    assert "--require-hashes" in dockerfile
    assert dockerfile.count("FROM ") == 2


def test_every_program_of_the_containers_starts(compose: dict[str, Any]) -> None:
    for name in ["worker", "beat", "fetcher"]:
        program, *rest = compose["services"][name]["command"]
        known = [sys.executable, "-m", "celery"] if program == "celery" else [sys.executable]
        options = [part for part in rest if part.startswith("--")]

        said = subprocess.run(
            [*known, *rest[:3], "--help"], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True
        )

        assert said.returncode == 0, said.stderr
        for option in options:
            assert option.partition("=")[0] in said.stdout, (name, option)


def test_the_steps_of_the_image_work_in_a_clean_folder(tmp_path: Path) -> None:
    app = tmp_path / "app"
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for file in filter(None, files):
        if (ROOT / file).is_file():
            (app / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, app / file)
    steps = re.search(r"RUN (/opt/venv/bin/python -m helpdesk.*?)\n\n", (ROOT / "Dockerfile").read_text(), re.DOTALL)
    assert steps is not None
    script = steps.group(1).replace("\\\n", " ").replace("/opt/venv/bin/python", shlex.quote(sys.executable))
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    done = subprocess.run(["sh", "-ec", script], cwd=app, env=bare, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert (app / "staticfiles" / "staticfiles.json").exists()
    assert not (app / "tests").exists()
