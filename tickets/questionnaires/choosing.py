"""Which questionnaire: what can be chosen now, and the version that was sent."""

from datetime import datetime, timedelta

from tickets.models import Questionnaire, QuestionnaireVersion

# A form may lie open for a while after its questions have been replaced.
STILL_TAKEN = timedelta(days=1)


def topics() -> list[QuestionnaireVersion]:
    """List the current versions of what is in use, in their order."""
    current = QuestionnaireVersion.objects.filter(replaced_at=None, questionnaire__is_active=True)
    return list(
        current.select_related("questionnaire__queue", "questionnaire__category").order_by(
            "questionnaire__position", "questionnaire"
        )
    )


def version_of(number: str, *, now: datetime) -> QuestionnaireVersion | None:
    """Find the version a form was made with; nothing if it is unknown, out of use, or was replaced long ago."""
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    found = QuestionnaireVersion.objects.select_related("questionnaire__queue", "questionnaire__category")
    version = found.filter(pk=int(number), questionnaire__is_active=True).first()
    if version is None or (version.replaced_at is not None and version.replaced_at < now - STILL_TAKEN):
        return None
    return version


def current_of(number: str) -> QuestionnaireVersion | None:
    """Find what has replaced a version."""
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    same = Questionnaire.objects.filter(versions=int(number), is_active=True)
    current = QuestionnaireVersion.objects.filter(questionnaire__in=same, replaced_at=None)
    return current.select_related("questionnaire__queue", "questionnaire__category").first()
