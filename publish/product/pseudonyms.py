"""Pseudonyms: the data product without direct identifiers, its persons and records told apart by a keyed hash.

Who has the key can make the same pseudonyms again, so that two pseudonymised data sets join; who does not cannot
go back to a number, not even by hashing every possible NHS number. A pseudonymised product is still personal data.
"""

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

import polars as pl
import typer
from polars_hash import CryptographicHashingNameSpace

from publish.errors import UsageError
from publish.progress import Tell

PERSONS: Final = ("NHS_NUMBER", "Person_ID")
TEST: Final = "RADIOLOGICAL_ACCESSION_NUMBER"
SITE: Final = "PROVIDER_SITE_CODE"
# What names a patient, and what leads back to the submitted record: the file and the number of the record in it.
LEFT_OUT: Final = ("META", "DATE_OF_BIRTH", "POSTCODE")

_DIGITS: Final = 32
_FEWEST_BYTES: Final = 16
_NEW_BYTES: Final = 32
_NHS_NUMBER: Final = r"^(\d{3})[ -]?(\d{3})[ -]?(\d{4})$"


def pseudonymised(product: pl.LazyFrame, key: bytes) -> pl.LazyFrame:
    """The data product (columns of the DIDS asset, by their names there) without direct identifiers.

    - Left out: META (file and number of the submitted record), DATE_OF_BIRTH, POSTCODE.
    - NHS_NUMBER and Person_ID: `person_pseudonym`, so that one person is one pseudonym in both columns.
    - RADIOLOGICAL_ACCESSION_NUMBER: the pseudonym of PROVIDER_SITE_CODE and accession number together, which are
      the key of a record; so it is still a key, alone.

    Pseudonyms are text of 32 hexadecimal digits; null stays null. Columns that the frame does not have are passed
    over, and all others stay as they are: age bands, LSOA and dates describe a patient, and are no identifiers
    that stand in another system. Runs in pieces, in the memory of a piece.
    """
    columns = product.collect_schema().names()
    return product.with_columns(
        *(person_pseudonym(pl.col(name), key).alias(name) for name in PERSONS if name in columns),
        *(_test_pseudonym(columns, key).alias(name) for name in (TEST,) if name in columns),
    ).drop(name for name in LEFT_OUT if name in columns)


def person_pseudonym(number: pl.Expr, key: bytes) -> pl.Expr:
    """The pseudonym of a person: of an NHS number or a Person_ID, whichever column or data set it stands in."""
    return _keyed_hash(person_number(number), key, kind="person")


def person_number(number: pl.Expr) -> pl.Expr:
    """The number of a person as it is compared: text, trimmed, an NHS number without blanks and hyphens."""
    text = number.cast(pl.String).str.strip_chars()
    # not Expr.replace, for which the streaming engine holds the whole column
    return pl.when(text != "").then(text.str.replace(_NHS_NUMBER, "${1}${2}${3}"))


def _test_pseudonym(columns: list[str], key: bytes) -> pl.Expr:
    """Of site and accession number; the length of the site code keeps the two apart. Null without a number."""
    site = pl.col(SITE).fill_null("") if SITE in columns else pl.lit("")
    number = pl.col(TEST).cast(pl.String)
    return _keyed_hash(pl.concat_str(site.str.len_bytes(), pl.lit(":"), site, number), key, kind="test")


def _keyed_hash(text: pl.Expr, key: bytes, kind: str) -> pl.Expr:
    """HMAC-SHA256 of the text, cut to 128 bits. Each kind of identifier has a key of its own, made from the key."""
    own = hmac.digest(key, kind.encode(), "sha256").hex()
    return CryptographicHashingNameSpace(text).hmac_sha256(key=own).str.head(_DIGITS)


def key_file(file: Path | None = None) -> Path:
    """Where the secret key stands: the file named, or `pseudonym.key` in the user's own configuration folder."""
    return file or Path(typer.get_app_dir("publish")) / "pseudonym.key"


def read_key(file: Path | None, tell: Tell) -> bytes:
    """The secret key; where its file (see `key_file`) is not there, a new key is made and the user told where.

    Raises UsageError where the file cannot be read or written, is empty, or holds too short a key.
    """
    place = key_file(file)
    try:
        _make_key(place)
    except FileExistsError:
        return existing_key(file)
    except OSError as error:
        raise UsageError(
            f"the secret key cannot be written ({error.strerror})", where=str(place), do="name another file"
        ) from None
    tell(f"Made a new secret key, {place}: keep it secret and safe, the same pseudonyms need the same key")
    return existing_key(file)


def existing_key(file: Path | None) -> bytes:
    """The secret key of a file (see `key_file`): bytes, written as hexadecimal digits or as they are.

    Raises UsageError where the file cannot be read, is empty, or holds a key of fewer than 16 bytes.
    """
    place = key_file(file)
    try:
        content = place.read_bytes().strip()
    except OSError as error:
        raise UsageError(
            f"the secret key cannot be read ({error.strerror})", where=str(place), do="name the file of the key"
        ) from None
    key = bytes.fromhex(content.decode()) if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", content) else content
    if len(key) < _FEWEST_BYTES:
        raise UsageError(
            f"the secret key has fewer than {_FEWEST_BYTES} bytes",
            where=str(place),
            do="name a file with a longer key, or one that is not there yet to have a key made",
        )
    return key


def _make_key(file: Path) -> None:
    """Write a new key that its owner alone can read; raises FileExistsError where a file is there already."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(secrets.token_hex(_NEW_BYTES) + "\n")
