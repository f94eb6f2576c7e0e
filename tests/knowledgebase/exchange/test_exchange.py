import io
import zipfile
from time import monotonic

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils.translation import override

from knowledgebase.exchange import Unreadable, export, read, run
from knowledgebase.exchange.archives import LARGEST_FILE, pack
from knowledgebase.exchange.rows import rows_of
from knowledgebase.models import Article, ArticleText, Category, ImportFile, Revision
from knowledgebase.operations import Content, Facts, publish, translate, write_article
from people.models import User
from tests.factories import NOW, make_agent, make_user

pytestmark = pytest.mark.django_db
FORMATS = {"markdown": "a.zip", "html": "a.zip", "csv": "a.csv"}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def lead():
    return make_agent(role=User.Role.LEAD, language="en")


@pytest.fixture
def category():
    return Category.objects.create(key="netz", name_de="Netz", name_en="Network")


@pytest.fixture
def articles(category):
    """Three articles: two languages and published, an odd draft, one that is known by its key."""
    vpn = write_article(
        language="de",
        content=Content(
            title='=VPN & "Fehler" <809>',
            symptom="+49 geht nicht\n\n# Steps {#steps}\n\n<script>",
            steps="1. **Öffnen**\n2. `ipconfig`\n\n| a | b |\n| --- | --- |\n| 1 | 2 |",
            keywords="vpn, tunnel: 809",
        ),
        facts=Facts(category_id=category.pk, minutes=9),
        by=None,
        now=NOW,
    )
    translate(vpn, language="en", content=Content(title="VPN", steps="1. Open"), by=None, now=NOW)
    publish(vpn, by=None, now=NOW)
    write_article(
        language="en",
        content=Content(title="-draft"),
        facts=Facts(kind="internal", audience="agents"),
        by=None,
        now=NOW,
    )
    write_article(language="de", content=Content(title="Mit Schlüssel"), facts=Facts(key="mit-key"), by=None, now=NOW)
    return Article.objects.all()


def _rows():
    return list(rows_of(Article.objects.all()))


@pytest.mark.parametrize("form", FORMATS)
def test_importing_what_was_exported_changes_nothing(articles, lead, form):
    revisions = Revision.objects.count()

    report = run(read(FORMATS[form], export(articles, form)), by=lead, now=NOW, apply=True)

    assert report.counts == {"new": 0, "changed": 0, "same": 4, "refused": 0}, [line.reasons for line in report.lines]
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_knowledge_base_says_the_same_after_the_import(articles, lead, form):
    data, before = export(articles, form), _rows()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE knowledgebase_article CASCADE")

    report = run(read(FORMATS[form], data), by=lead, now=NOW, apply=True)

    assert report.counts == {"new": 4, "changed": 0, "same": 0, "refused": 0}, [line.reasons for line in report.lines]
    assert _rows() == before
    assert run(read(FORMATS[form], data), by=lead, now=NOW, apply=True).counts["same"] == 4
    assert export(Article.objects.all(), form) == data


def test_a_trial_changes_nothing(lead):
    raws = read("a.csv", b"id,language,title,steps\nplotter,de,Plotter,1. Los\n")

    report = run(raws, by=lead, now=NOW, apply=False)

    assert report.counts["new"] == 1
    assert (Article.objects.count(), Revision.objects.count()) == (0, 0)


def test_what_is_not_in_the_file_stays(articles, lead):
    vpn = ArticleText.objects.get(language="de", title__startswith="=VPN")
    key = rows_of(Article.objects.filter(pk=vpn.article_id)).__next__()["id"]

    report = run(read("a.csv", f"id,language,title\n{key},de,Neuer Titel\n".encode()), by=lead, now=NOW, apply=True)

    vpn.refresh_from_db()
    assert report.counts["changed"] == 1
    assert (vpn.title, vpn.article.minutes, vpn.keywords) == ("Neuer Titel", 9, "vpn, tunnel: 809")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",de,Titel,,,", "The id is missing"),
        ("a,fr,Titel,,,", "The language is neither"),
        ("a,de,,,,", "The title is missing"),
        ("a,de,Titel,joke,,", "kind is none of"),
        ("a,de,Titel,,everybody,", "audience is none of"),
        ("a,de,Titel,,,0", "minutes is no number"),
        ("a,de,Titel,internal,public,", "An internal article is for agents only"),
        (f"a,de,{'x' * 201},,,", "title is longer than 200"),
        ("a,de,Ti\x01tel,,,", "title holds control characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_line(lead, line, reason):
    raws = read("a.csv", f"id,language,title,kind,audience,minutes\nok,de,Gut,,,\n\n{line}\n".encode())

    report = run(raws, by=lead, now=NOW, apply=True)

    assert report.counts == {"new": 1, "changed": 0, "same": 0, "refused": 1}
    (number, why), *_ = next(one for one in report.lines if one.verdict == "refused").reasons
    assert number == 4
    assert why.startswith(reason)


def test_the_same_text_twice_and_a_missing_category_are_refused(lead):
    table = b"id,language,title,category\na,de,Eins,\na,de,Zwei,\nb,de,Drei,gibtsnicht\n"

    report = run(read("a.csv", table), by=lead, now=NOW, apply=True)

    assert [(line.verdict, [number for number, _ in line.reasons]) for line in report.lines] == [
        ("new", []),
        ("refused", [3]),
        ("refused", [4]),
    ]


def test_an_article_of_somebody_else_is_not_overwritten(articles):
    agent = make_agent()
    draft = Article.objects.get(key="mit-key")

    report = run(read("a.csv", b"id,language,title\nmit-key,de,Gekapert\n"), by=agent, now=NOW, apply=True)

    assert report.counts["refused"] == 1
    assert draft.texts.get().title == "Mit Schlüssel"


def test_what_needs_a_review_is_not_published_by_an_import(lead):
    Category.objects.create(key="streng", name_de="S", name_en="S", needs_review=True)
    table = b"id,language,title,steps,category,state\na,de,Titel,1. Los,streng,published\n"

    report = run(read("a.csv", table), by=lead, now=NOW, apply=True)

    assert Article.objects.get().state == "draft"
    assert report.lines[0].notes == ["It stays a draft: its category demands a review."]


def test_everybody_exports_what_they_may_read_and_no_more(client, articles):
    agent = make_agent()
    client.force_login(agent)

    names = {}
    for form in FORMATS:
        answer = client.get(reverse("knowledge:export"), {"format": form})
        names[form] = answer["Content-Disposition"].partition("=")[2]
        data = answer.content
        if form != "csv":
            archive = zipfile.ZipFile(io.BytesIO(data))
            data = b"".join(archive.read(name) for name in archive.namelist())
        assert b"VPN" in data
        assert "Mit Schlüssel".encode() not in data
        assert b"-draft" not in data
    assert names["csv"].startswith('"articles-csv-')
    client.force_login(make_user())
    assert client.get(reverse("knowledge:export")).status_code == 404


def _upload(client, name, data):
    return client.post(reverse("knowledge:exchange"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_a_file_is_looked_at_first_and_counts_after_a_second_click(client, lead):
    client.force_login(lead)

    page = _upload(client, "a.csv", b"id,language,title,steps,state\nplotter,de,Plotter,1. Los,published\nx,fr,Y,,\n")

    assert not Article.objects.exists()
    assert "Line 3: The language is neither" in page.content.decode()
    kept = ImportFile.objects.get()
    done = client.post(reverse("knowledge:application", args=[kept.pk]))
    assert "Imported: 1 new, 0 changed, 1 refused." in done.content.decode()
    assert (Article.objects.get().key, Article.objects.get().state) == ("plotter", "published")


def test_the_file_of_somebody_else_does_not_exist(client, lead):
    kept = ImportFile.objects.create(name="a.csv", data=b"id", by=lead, at=NOW)
    client.force_login(make_agent(role=User.Role.ADMIN))

    assert client.get(reverse("knowledge:import", args=[kept.pk])).status_code == 404
    assert client.post(reverse("knowledge:application", args=[kept.pk])).status_code == 404


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "/etc/x.md", "a/../../b.md", "..\\..\\x.md", "C:\\x.md"])
def test_names_that_lead_out_of_the_archive_are_refused(lead, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "---\nid: a\nlanguage: de\ntitle: x\n---\n")

    report = run(read("a.zip", out.getvalue()), by=lead, now=NOW, apply=True)

    assert report.counts["refused"] == 1
    assert not Article.objects.exists()


def test_links_in_an_archive_are_refused(lead):
    out = io.BytesIO()
    link = zipfile.ZipInfo("a.md")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")

    assert [line.verdict for line in run(read("a.zip", out.getvalue()), by=lead, now=NOW, apply=True).lines] == [
        "refused"
    ]


def test_bombs_do_not_go_off(client, lead):
    bomb = pack([("bomb.md", "a" * (LARGEST_FILE * 40)), ("good.md", "---\nid: a\nlanguage: de\n---\n# Gut\n\nx\n")])
    many = pack((f"{number}.md", "x") for number in range(5_001))
    sum_of_all = pack((f"{number}.md", "b" * (LARGEST_FILE - 1)) for number in range(61))
    begun = monotonic()

    report = run(read("a.zip", bomb), by=lead, now=NOW, apply=False)

    assert [line.verdict for line in report.lines] == ["refused", "new"]
    for data in (many, sum_of_all, b"PK\x03\x04 broken", b"x" * 10_000_001):
        with pytest.raises(Unreadable):
            read("a.zip", data)
    assert monotonic() - begun < 20
    client.force_login(lead)
    assert _upload(client, "a.zip", many).status_code == 422
    assert not ImportFile.objects.exists()


def test_a_size_that_lies_is_found_out(lead):
    data = bytearray(pack([("a.md", "a" * (LARGEST_FILE * 3))]))
    for at in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):
        data[at : at + 4] = (10).to_bytes(4, "little")

    report = run(read("a.zip", bytes(data)), by=lead, now=NOW, apply=True)

    assert report.counts["refused"] == 1


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b'id,language\n"unclosed', b"\x00" * 50, b"", b"," * 5000])
def test_odd_tables_break_nothing(lead, data):
    try:
        report = run(read("a.csv", data), by=lead, now=NOW, apply=True)
    except Unreadable:
        report = None

    assert report is None or report.counts["new"] == 0
    assert not Article.objects.exists()


def test_script_in_a_name_is_shown_as_text(client, lead):
    client.force_login(lead)

    page = _upload(
        client, "<img src=x onerror=alert(1)>.csv", b"id,language,title\n<script>alert(2)</script>,fr,<b>x</b>\n"
    ).content.decode()

    assert "<script>alert(2)" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_thousand_texts_are_imported_in_reasonable_time(lead):
    table = "id,language,title,steps,state\n" + "".join(f"a{n},de,Titel {n},1. Los,published\n" for n in range(300))
    begun = monotonic()

    assert run(read("a.csv", table.encode()), by=lead, now=NOW, apply=True).counts["new"] == 300
    assert monotonic() - begun < 30
