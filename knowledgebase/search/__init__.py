"""Finding articles: for a whole request (`find_solutions`) and for a few typed words (`search`)."""

from knowledgebase.search.box import Hit, search
from knowledgebase.search.solutions import Found, find_solutions

__all__ = ["Found", "Hit", "find_solutions", "search"]
