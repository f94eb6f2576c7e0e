"""Articles: what they are about, their texts in each language, every earlier state of a text, and who may do what."""

from knowledgebase.models.article import Article, ArticleQuerySet
from knowledgebase.models.category import Audience, Category, audiences_up_to, narrower
from knowledgebase.models.finding import ImportFile, Origin, Searched, StopWord, Synonyms, Term
from knowledgebase.models.reading import Feedback, Notice, Picture
from knowledgebase.models.right import Right, rights_of
from knowledgebase.models.text import ArticleText, ArticleTextQuerySet, Proposal, Revision

__all__ = [
    "Article",
    "ArticleQuerySet",
    "ArticleText",
    "ArticleTextQuerySet",
    "Audience",
    "Category",
    "Feedback",
    "ImportFile",
    "Notice",
    "Origin",
    "Picture",
    "Proposal",
    "Revision",
    "Right",
    "Searched",
    "StopWord",
    "Synonyms",
    "Term",
    "audiences_up_to",
    "narrower",
    "rights_of",
]
