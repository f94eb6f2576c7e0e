"""Signed mail can be read as any other; of encrypted mail the parts are kept and the agent is told."""

import base64
import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from django.utils.translation import override

from channels_intake.email import ber
from channels_intake.email.notes import sentence
from channels_intake.email.parse import to_envelope
from channels_intake.envelope import Envelope

HEAD = b"From: petra@kunde.example\r\nSubject: x\r\nContent-Language: en\r\n"
INNER = (
    b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Bitte k\xc3\xbcndigen.\r\n--i\r\nContent-Type: text/csv; name=a.csv\r\n\r\na;b\r\n--i--\r\n"
)


@pytest.fixture(scope="module")
def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Petra Lang")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + dt.timedelta(days=999))
    return builder.sign(key, hashes.SHA256()), key


def opaque(data: bytes, *, kind: str = "application/pkcs7-mime; smime-type=signed-data") -> Envelope:
    head = f"Content-Type: {kind}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    return to_envelope(HEAD + head + base64.encodebytes(data))


def names(envelope: Envelope) -> list[str]:
    return [one.name for one in envelope.attachments]


def signed(signer, options=(pkcs7.PKCS7Options.Binary,)) -> bytes:
    certificate, key = signer
    builder = pkcs7.PKCS7SignatureBuilder().set_data(INNER).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, list(options))


@pytest.mark.parametrize(
    ("protocol", "kind", "name", "note"),
    [
        ("application/pgp-signature", "application/pgp-signature", "signature.asc", "signed_pgp"),
        ("application/pkcs7-signature", "application/pkcs7-signature", "smime.p7s", "signed_smime"),
        ("application/x-pkcs7-signature", "application/x-pkcs7-signature", "smime.p7s", "signed_smime"),
    ],
)
def test_a_signed_mail_shows_its_text_and_keeps_its_signature(protocol, kind, name, note):
    raw = f'Content-Type: multipart/signed; protocol="{protocol}"; micalg=x; boundary=s\r\n\r\n--s\r\n'.encode()
    raw += INNER + f"\r\n--s\r\nContent-Type: {kind}; name={name}\r\n\r\nabc\r\n--s--\r\n".encode()

    envelope = to_envelope(HEAD + raw)

    assert (envelope.text, names(envelope), envelope.notes) == ("Bitte kündigen.", ["a.csv", name], (note,))


def test_the_text_within_an_opaque_signature_is_shown(signer):
    data = signed(signer)

    envelope = opaque(data)

    assert envelope.text == "Bitte kündigen."
    assert names(envelope) == ["a.csv", "smime.p7m"]
    assert envelope.attachments[1].data == data
    assert envelope.notes == ("signed_smime",)


def test_an_opaque_signature_is_known_by_its_file_name(signer):
    assert opaque(signed(signer), kind="application/octet-stream").text == "Bitte kündigen."


def test_a_signature_written_as_it_goes_is_read():
    """Some programs write lengths as "until the end mark", and the content in pieces."""
    pieces = b"".join(
        b"\x04" + bytes([len(INNER[at : at + 50])]) + INNER[at : at + 50] for at in range(0, len(INNER), 50)
    )
    content = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010701") + b"\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
    algorithms = b"\x31\x80\x30\x80\x06\x01\x2a\x05\0\0\0\0\0"
    data = (
        b"\x30\x80\x06\x09"
        + ber.SIGNED
        + b"\xa0\x80\x30\x80\x02\x01\x01"
        + algorithms
        + content
        + b"\x31\0"
        + b"\0\0" * 3
    )

    assert opaque(data).text == "Bitte kündigen."


def test_a_signature_without_content_is_a_file(signer):
    envelope = opaque(signed(signer, (pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature)))

    assert names(envelope) == ["smime.p7m"]


def test_an_encrypted_mail_says_so_and_keeps_its_parts(signer):
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(INNER).add_recipient(signer[0])
    data = builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    envelope = opaque(data, kind="application/pkcs7-mime; smime-type=enveloped-data")

    assert envelope.text == "This mail is encrypted; it can't be read here. Its parts are attached."
    assert [(one.name, one.data) for one in envelope.attachments] == [("smime.p7m", data)]
    assert envelope.notes == ("encrypted_smime",)


@pytest.mark.parametrize("cut", [0, 1, 2, 15, 30, 60, 90])
def test_a_broken_structure_is_kept_as_a_file(signer, cut):
    envelope = opaque(signed(signer)[:cut])

    assert names(envelope)[-1:] == ["smime.p7m"]


@pytest.mark.parametrize("piece", [b"\x30\x80", b"\x24\x80", b"\x30\x84\xff\xff\xff\xff", b"\xa0\x80\x30\x80"])
def test_structures_without_end_are_refused(piece):
    with pytest.raises(ber.NotCms):
        ber.signed_content(b"\x30\x80\x06\x09" + ber.SIGNED + b"\xa0\x80\x30\x80" + piece * 50_000)


def test_text_signed_in_itself_is_shown_without_what_the_signature_adds():
    text = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nBitte sperren:\r\n- - Konto 7\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCAAd\r\n=aBcD\r\n-----END PGP SIGNATURE-----\r\n"
    )

    envelope = to_envelope(HEAD + b"\r\n" + text)

    assert envelope.text == "Bitte sperren:\n- Konto 7"
    assert "iQEzBAEBCAAd" in envelope.full_text
    assert envelope.notes == ("signed_pgp",)


def test_text_encrypted_in_itself_is_noted_and_kept():
    envelope = to_envelope(HEAD + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n")

    assert "hQEMA" in envelope.text
    assert envelope.notes == ("encrypted_pgp",)


@pytest.mark.parametrize("note", ["signed_smime", "signed_pgp"])
def test_nobody_is_told_that_a_signature_is_good(note):
    with override("en"):
        assert sentence(note).endswith("(not checked).")
