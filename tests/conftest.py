"""What all tests share: the migrated database, a browser, and the whole product on a database of its own."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.local.postgres import execute
from sla import promises
from tests.product import Product

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else ["--disable-dev-shm-usage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a browser, and keep the tests of one product together."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "product" in fixtures:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the migrated template instead of migrating again."""
    connection.settings_dict["TEST"]["TEMPLATE"] = _template()


@receiver(post_migrate)
def _ship_again(sender: AppConfig, **kwargs: Any) -> None:
    """Bring back what migrations ship: tests that commit empty every table, and Django tells of it by this signal."""
    shipped = {
        "tickets": ("tickets.migrations.0013_frustration", "add_phrases", "Phrase"),
        "knowledgebase": ("knowledgebase.migrations.0004_search_words_log_and_imports", "begin", "Synonyms"),
    }
    if sender.label in shipped:
        module, function, model = shipped[sender.label]
        if not apps.get_model(sender.label, model).objects.exists():
            getattr(import_module(module), function)(apps, None)


@pytest.fixture(autouse=True)
def _no_terms_kept() -> Iterator[None]:
    """Start every test with empty hands: what a process keeps of policies would outlive the rows of the test before."""
    promises.forget()
    yield
    promises.forget()


@pytest.fixture(scope="module")
def server_folder() -> Iterator[Path]:
    """Give a folder for servers: an account without rights can enter it, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="servers-", dir=os.environ["TEST_FOLDER"]))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page of a fresh browser profile."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def product_settings() -> dict[str, str]:
    """Override this in a module whose product needs other settings (environment variables)."""
    return {}


@pytest.fixture(scope="module")
def product(
    request: pytest.FixtureRequest,
    server_folder: Path,
    django_db_blocker: DjangoDbBlocker,
    product_settings: dict[str, str],
) -> Iterator[Product]:
    """
    Give the real product: web, worker and beat on a database and a Valkey of their own.

    The tests of such a module use models directly, on the product's database and without a transaction: don't ask for
    `db` in the same module.
    """
    name = re.sub(
        r"\W+", "_", f"product_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{Path(request.node.name).stem}"
    )[-63:]
    server = os.environ["DATABASE_URL"]
    execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    execute(server, "CREATE DATABASE {} TEMPLATE {}", name, _template())
    product = Product(server_folder, urlunsplit(urlsplit(server)._replace(path=f"/{name}")), **product_settings)
    usual = connection.settings_dict["NAME"]
    try:
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = name
            product.start()
            yield product
    finally:
        product.stop()
        connection.close()
        connection.settings_dict["NAME"] = usual
        execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _template() -> str:
    """Return the migrated database to copy."""
    if failure := os.environ.get("TEST_TEMPLATE_FAILURE"):
        pytest.fail(failure, pytrace=False)
    return os.environ["TEST_TEMPLATE"]
