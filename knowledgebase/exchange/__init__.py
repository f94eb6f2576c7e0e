"""Articles out of the knowledge base and into it: Markdown and HTML as zip archives, and CSV."""

from knowledgebase.exchange.exporting import FORMATS, export
from knowledgebase.exchange.importing import Line, Report, run
from knowledgebase.exchange.reading import Unreadable, read

__all__ = ["FORMATS", "Line", "Report", "Unreadable", "export", "read", "run"]
