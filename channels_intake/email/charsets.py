"""Decode bytes whose charset is named, misnamed or not named at all. Never fails."""

import codecs
import re
import unicodedata
from functools import lru_cache

from charset_normalizer import from_bytes

from channels_intake.email import limits

# Names seen in real mail that Python does not know, and names that lie about what is sent.
_ALIASES = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cn-gb": "gb18030",
    "chinesebig5": "big5hkscs",
    "big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jis_2004",
    "x-euc-jp": "euc_jis_2004",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "iso-8859-9": "cp1254",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "x-utf-8": "utf-8",
}
_JAPANESE = frozenset({"iso-2022-jp", "iso-2022-jp-ms", "iso-2022-jp-1", "cp50220", "cp50221", "csiso2022jp"})
_WESTERN = frozenset({"iso8859-1", "cp1252", "ascii", "latin_1", "iso-8859-1"})
# Charsets nobody leaves undeclared; they look much like the usual ones.
_UNLIKELY = [
    *("mac_cyrillic", "mac_greek", "mac_iceland", "mac_latin2", "mac_roman", "mac_turkish"),
    *("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "hp_roman8", "kz1048", "ptcp154", "johab"),
]
# Codecs that are no charsets of mail; some take quadratic time.
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"})


def decode(data: bytes, charset: str = "", fallback: str = "") -> str:
    """Decode `data` as `charset`, or as what it looks like; `fallback` names a likely charset."""
    name = _canonical(charset)
    if name in _JAPANESE:
        return _tidy(_iso_2022_jp(data))
    codec = _codec(name)
    if codec and codec not in _WESTERN:
        try:
            text = data.decode(codec)
            return _tidy(unicodedata.normalize("NFC", text) if codec == "cp1258" else text)
        except (UnicodeError, ValueError):
            if not _is_ascii(data) and codec != "utf-8" and (honest := _strict(data, "utf-8")) is not None:
                return _tidy(honest)
            if codec == "utf-8" and (other := _not_utf8(data, fallback)) is not None:
                return _tidy(other)
            return _tidy(data.decode(codec, "replace"))
    if (plain := _strict(data, "utf-8")) is not None:
        if not name and b"+" in data and plain.isascii() and _codec(_canonical(fallback)) == "utf-7":
            return _tidy(data.decode("utf-7", "replace"))
        if b"\x1b$" in data and codec in (None, "ascii"):
            return _tidy(_iso_2022_jp(data))
        return _tidy(plain)
    if codec in ("iso8859-1", "cp1252", "latin_1"):
        return _tidy(_western(data))
    return _tidy(_guess(data, fallback))


def known(charset: str) -> bool:
    """Tell whether this charset's name means something to us."""
    name = _canonical(charset)
    return name in _JAPANESE or _codec(name) is not None


@lru_cache(maxsize=256)
def _canonical(charset: str) -> str:
    name = re.sub(r"[^a-z0-9_\-.:+]", "", charset[:80].lower()).strip("-_.:")
    name = re.sub(r"^(?:charset|cs(?=utf|iso))", "", name)
    if match := re.fullmatch(r"(?:x-)?(?:cp|win|windows|ibm|ms)[-_]?(\d{3,4})", name):
        return f"cp{match[1]}"
    if match := re.fullmatch(r"(?:x-)?(?:iso)?[-_]?8859[-_]?(\d{1,2})", name):
        name = f"iso-8859-{match[1]}"
    return _ALIASES.get(name, name)


@lru_cache(maxsize=256)
def _codec(name: str) -> str | None:
    if not name or name in _REFUSED:
        return None
    try:
        info = codecs.lookup(name)
        b"a".decode(name, "ignore")  # a codec that is no text encoding fails here with a LookupError
    except (LookupError, ValueError):
        return None
    return None if info.name in _REFUSED else info.name


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _not_utf8(data: bytes, fallback: str) -> str | None:
    """Return the text of bytes that claim to be UTF-8, when too much of them is not."""
    broken = data.decode("utf-8", "replace").count("\ufffd")
    high = sum(byte > 127 for byte in data[:20_000])
    return (
        _guess(data, fallback) if broken > 3 and broken * 3 > high else (_western(data) if broken * 2 > high else None)
    )


def _guess(data: bytes, fallback: str) -> str:
    if _canonical(fallback) in _JAPANESE:
        for japanese in ("cp932", "euc_jis_2004"):
            if (text := _strict(data, japanese)) is not None:
                return text
    if (codec := _codec(_canonical(fallback))) and codec not in _WESTERN and (text := _strict(data, codec)) is not None:
        return text
    if len(data) >= 120:
        best = from_bytes(
            data[: limits.DETECTION_BYTES], threshold=0.2, preemptive_behaviour=False, cp_exclusion=_UNLIKELY
        ).best()
        if best is not None and _codec(best.encoding):
            return data.decode(best.encoding, "replace")
    return _western(data)


def _western(data: bytes) -> str:
    return data.decode("cp1252", "replace")


def _iso_2022_jp(data: bytes) -> str:
    """Decode ISO-2022-JP by way of cp932, which knows the vendors' characters."""
    if _is_ascii(data) is False and (text := _strict(data, "utf-8")) is not None and b"\x1b" not in data:
        return text
    pieces = re.split(rb"\x1b(\$[@B]|\(.|\$\(.)", data)
    out, mode = [pieces[0].decode("cp932", "replace")], b""
    for escape, chunk in zip(pieces[1::2], pieces[2::2], strict=True):
        mode = escape
        if mode.startswith(b"$") and not mode.startswith(b"$("):
            out.append(_double_bytes(chunk))
        elif mode == b"(I":
            out.append(bytes(byte | 0x80 for byte in chunk).decode("cp932", "replace"))
        elif mode.startswith(b"$("):
            out.append((b"\x1b" + mode + chunk).decode("iso2022_jp_ext", "replace"))
        else:
            out.append(chunk.decode("cp932", "replace"))
    return "".join(out)


def _double_bytes(chunk: bytes) -> str:
    out = bytearray()
    at = 0
    while at < len(chunk):
        high = chunk[at]
        if high < 0x21 or high > 0x7E or at + 1 >= len(chunk):
            out.append(high if high < 0x80 else 0x3F)
            at += 1
            continue
        low = chunk[at + 1]
        row = (high - 0x21) // 2
        out.append(row + (0x81 if row < 31 else 0xC1))
        out.append(low + (0x1F if low < 0x60 else 0x20) if high % 2 else low + 0x7E)
        at += 2
    return bytes(out).decode("cp932", "replace")


def _is_ascii(data: bytes) -> bool:
    return data.isascii()


def _tidy(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\x00", "")
