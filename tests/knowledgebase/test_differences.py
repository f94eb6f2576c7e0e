from knowledgebase.differences import Piece, differences


def test_words_that_changed_are_told_apart():
    (title,) = differences({"title": "Drucker druckt nicht"}, {"title": "Drucker piept nicht"})

    assert title.field == "title"
    assert title.pieces == (
        Piece("same", "Drucker "),
        Piece("removed", "druckt"),
        Piece("added", "piept"),
        Piece("same", " nicht"),
    )


def test_fields_that_say_the_same_are_left_out():
    assert differences({"title": "A", "steps": "x"}, {"title": "A", "steps": "x"}) == []


def test_the_first_version_is_all_new():
    assert differences({}, {"title": "A"})[0].pieces == (Piece("added", "A"),)


def test_long_texts_are_compared_by_lines():
    old = "\n".join(f"line {number}" for number in range(3_000))

    (steps,) = differences({"steps": old}, {"steps": old + "\nnew"})

    assert [piece.kind for piece in steps.pieces][-1] == "added"
