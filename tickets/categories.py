"""The categories a ticket can have, read along with something else so that no page asks for them alone."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject

from knowledgebase.models import Category


def rows() -> ArraySubquery:
    """Read all categories in their order, as one column of another row."""
    fields = JSONObject(pk="pk", name_de="name_de", name_en="name_en")
    return ArraySubquery(Category.objects.order_by("position", "pk").values(row=fields))


def read(carrier: Any) -> list[Category]:
    """Give the categories that came with a row as `category_rows`."""
    return [Category(**row) for row in carrier.category_rows]
