"""Finding articles: for a whole request (`find_solutions`), for a few typed words (`search`), for somebody (`ask`)."""

from knowledgebase.search.box import Answer, Hit, ask, search
from knowledgebase.search.solutions import Found, find_solutions

__all__ = ["Answer", "Found", "Hit", "ask", "find_solutions", "search"]
