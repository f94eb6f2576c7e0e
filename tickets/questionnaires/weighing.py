"""Whether an answer mattered: would queue or first solution have been another without it?"""

from knowledgebase.search import find_solutions
from tickets.models import Answer, Event, Interview, Message, Ticket
from tickets.triage.queues import route_for


def weigh(event: Event) -> None:
    """Compare, for each answer of a ticket, what triage finds with and without it; called twice, it weighs once."""
    interview = Interview.objects.filter(ticket=event.ticket_id).exclude(state=Interview.State.ASKING).first()
    if interview is None:
        return
    answers = list(interview.answers.all())
    given = [one for one in answers if one.value is not None]
    if not given or all(one.changed_route is not None for one in given):
        return
    ticket = event.ticket
    lines = [_line(one, ticket.language) for one in given]
    written = _written(ticket, lines)
    is_free = interview.version is None or interview.version.questionnaire.queue_id is None
    whole = "\n".join([written, *lines])
    route, solution = _route(whole), _solution(whole, ticket.language)
    for place, answer in enumerate(given):
        without = "\n".join([written, *lines[:place], *lines[place + 1 :]])
        answer.changed_route = is_free and _route(without) != route
        answer.changed_solution = _solution(without, ticket.language) != solution
    Answer.objects.bulk_update(given, ["changed_route", "changed_solution"])


def _written(ticket: Ticket, lines: list[str]) -> str:
    """Give what the requester wrote in their own words."""
    first = Message.objects.filter(ticket=ticket).order_by("pk").values_list("text", flat=True).first() or ""
    own = [line for line in first.splitlines() if line not in lines]
    return "\n".join([ticket.subject, *own])


def _line(answer: Answer, language: str) -> str:
    label, text = (answer.label_en, answer.text_en) if language == "en" else (answer.label_de, answer.text_de)
    return f"{label} {text}"


def _route(text: str) -> int | None:
    route = route_for(text)
    return route.queue.pk if route is not None else None


def _solution(text: str, language: str) -> int | None:
    found = find_solutions(text, language=language, audience="agents", limit=1)
    return found[0].text.article_id if found else None
