"""The example company's knowledge base shows each state an article can be in."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from knowledgebase.models import Article, Category, Feedback, Proposal
from people.models import User

pytestmark = pytest.mark.django_db


def test_something_is_in_review_scheduled_outrun_proposed_and_to_be_checked() -> None:
    call_command("load_demo", verbosity=0)
    now = timezone.now()
    deniz, jana, matthias, heike = (
        User.objects.get(email=f"{name}@nordlicht.example")
        for name in ("deniz.aydin", "jana.petersen", "matthias.kroeger", "heike.brandt")
    )

    assert Article.objects.get(state="review").submitted_by == deniz
    assert Article.objects.get(state="scheduled").publish_at > now
    assert [article.key for article in Article.objects.out_of_date()] == ["vpn-slow"]
    assert Proposal.objects.get().article.needs_review
    assert Article.objects.to_check(timezone.localdate()).get().owner == deniz
    assert set(Article.objects.values_list("audience", flat=True)) == set(Article.Audience.values)
    assert Article.objects.filter(category=None).count() == 0
    assert Category.objects.filter(needs_review=True).exists()
    assert Feedback.objects.filter(is_helpful=True).count() > Feedback.objects.filter(is_helpful=False).count() > 0
    readers = (AnonymousUser(), heike, deniz, matthias, jana)
    counts = [Article.objects.published().visible_to(reader).count() for reader in readers]
    assert counts[0] < counts[1] < counts[2] < counts[3] == counts[4]
