"""Addresses of the agents' knowledge base."""

from django.urls import path, register_converter

from knowledgebase.views import history, reading, writing


class LanguageConverter:
    """A language articles are written in."""

    regex = "de|en"

    def to_python(self, value: str) -> str:
        """Read it."""
        return value

    def to_url(self, value: str) -> str:
        """Write it."""
        return str(value)


register_converter(LanguageConverter, "article_language")

app_name = "knowledge"
urlpatterns = [
    path("", reading.index, name="list"),
    path("new/", writing.new, name="new"),
    path("preview/", writing.preview, name="preview"),
    path("<int:pk>/", reading.show, name="show"),
    path("<int:pk>/publication/", writing.publication, name="publication"),
    path("<int:pk>/archiving/", writing.archiving, name="archiving"),
    path("<int:pk>/<article_language:language>/edit/", writing.edit, name="edit"),
    path("<int:pk>/<article_language:language>/history/", history.index, name="history"),
    path("<int:pk>/<article_language:language>/history/<int:number>/", history.show, name="revision"),
    path(
        "<int:pk>/<article_language:language>/history/<int:number>/restoration/",
        history.restoration,
        name="restoration",
    ),
]
