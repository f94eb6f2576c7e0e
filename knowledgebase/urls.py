"""Addresses of the agents' knowledge base."""

from django.urls import path, register_converter

from knowledgebase.views import exchange, history, pictures, proposals, reading, searches, setup, steering, writing


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
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/export/", exchange.export, name="export"),
    path("exchange/<int:number>/", exchange.trial, name="import"),
    path("exchange/<int:number>/application/", exchange.application, name="application"),
    path("searches/", searches.searches, name="searches"),
    path("preview/", writing.preview, name="preview"),
    path("<int:pk>/", reading.show, name="show"),
    path("<int:pk>/review/", steering.review, name="review"),
    path("<int:pk>/approval/", steering.approval, name="approval"),
    path("<int:pk>/return/", steering.returning, name="returning"),
    path("<int:pk>/publication/", steering.publication, name="publication"),
    path("<int:pk>/withdrawal/", steering.withdrawal, name="withdrawal"),
    path("<int:pk>/archiving/", steering.archiving, name="archiving"),
    path("<int:pk>/check/", steering.check, name="check"),
    path("<int:pk>/care/", steering.care, name="care"),
    path("<int:pk>/feedback/", steering.feedback, name="feedback"),
    path("<int:pk>/proposals/<int:number>/", proposals.show, name="proposal"),
    path("<int:pk>/proposals/<int:number>/acceptance/", proposals.acceptance, name="acceptance"),
    path("<int:pk>/proposals/<int:number>/refusal/", proposals.refusal, name="refusal"),
    path("attachments/", pictures.add, name="attachments"),
    path("attachments/<uuid:key>/", pictures.show, name="attachment"),
    path("categories/", setup.categories, name="categories"),
    path("categories/new/", setup.category_new, name="category_new"),
    path("categories/<int:pk>/", setup.category, name="category"),
    path("categories/<int:pk>/removal/", setup.category_removal, name="category_removal"),
    path("rights/", setup.rights, name="rights"),
    path("<int:pk>/<article_language:language>/comparison/", reading.comparison, name="comparison"),
    path("<int:pk>/<article_language:language>/confirmation/", steering.translation, name="translation"),
    path("<int:pk>/<article_language:language>/edit/", writing.edit, name="edit"),
    path("<int:pk>/<article_language:language>/history/", history.index, name="history"),
    path("<int:pk>/<article_language:language>/history/<int:number>/", history.show, name="revision"),
    path(
        "<int:pk>/<article_language:language>/history/<int:number>/restoration/",
        history.restoration,
        name="restoration",
    ),
]
