"""Reads tables of students as people have them: Moodle's, Canvas's or their own, in several languages and forms."""

import csv
import io
import re
import unicodedata
from pathlib import Path

from gdl_utils.errors import GradingError

DELIMITERS = (",", ";", "\t", "|")
# Names of columns without accents, blanks and signs: English, German, French, Spanish.
COLUMNS = {
    "identifier": "identifier bewertungsid teilnehmernummer identifiant identificador",
    "full_name": "fullname vollstandigername nomcomplet nombrecompleto name participant student estudiante etudiant "
    "studentin studierende teilnehmer teilnehmerin alumno",
    "first_name": "firstname givenname forename vorname prenom nombre",
    "last_name": "lastname surname familyname nachname familienname nomdefamille nom apellidos apellido",
    "number": "idnumber idnummer matrikelnummer numerodidentification numerodeid numerodeidentificacion "
    "numerodidentite numeroetudiant matricula",
    "email": "email emailaddress mail emailadresse adressedecourriel adresseemail courriel adressedemessagerie "
    "direcciondecorreo direcciondecorreoelectronico correoelectronico correo",
    "id": "id studentid userid username user login kennung anmeldename benutzername nomdutilisateur "
    "nombredeusuario usuario identifiantutilisateur",
    # When something was handed in, in Italian, Portuguese and Dutch, too.
    "time": "lastmodifiedsubmission zuletztgeandertabgabe dernieremodificationtravailremis ultimamodificacionentrega "
    "fechadeentrega ultimamodificacaoenvio ultimamodificaconsegna laatstgewijzigdinzending submittedat",
}
FIELDS = {name: field for field, names in COLUMNS.items() for name in names.split()}
OF_LOGINS = ("login", "anmelde", "connexion", "inicio")  # in the names of Canvas's columns beside "SIS"
NUMBERED = re.compile(r"[^\W\d].*\d+")  # "Participant 311", in whatever language


def read_table(path: Path) -> list[dict[str, str]]:
    """The lines of a table of students by the fields of `COLUMNS`, and Canvas's `login` and `sis`.

    Comma, semicolon, tab and bar are recognised, and UTF-8, UTF-16 and the encoding of old spreadsheets.

    Raises:
        GradingError: if it can't be read.
    """
    try:
        text = _decoded(path.read_bytes())
        text = re.sub(r"\Asep=.\r?\n", "", text)
        header: list[str] = []
        lines: list[list[str]] = []
        for delimiter in DELIMITERS:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            first = next(reader, [])
            if len(set(map(field_of, first))) > len(set(map(field_of, header))):
                header, lines = first, list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} can't be read as a CSV file ({error})", "export it again") from None
    fields = [field_of(name) for name in header]
    if "first_name" in fields and "last_name" not in fields and plain(header[fields.index("first_name")]) == "nombre":
        fields[fields.index("first_name")] = "full_name"
    if "last_name" in fields and "first_name" not in fields and plain(header[fields.index("last_name")]) == "nom":
        fields[fields.index("last_name")] = "full_name"
    if "first_name" in fields and "last_name" not in fields and "full_name" in fields:
        # `Name, Vorname`: the family's name stands alone.
        fields[fields.index("full_name")] = "last_name"
    rows = [dict.fromkeys(filter(None, fields), "") for _ in lines]
    for row, line in zip(rows, lines, strict=True):
        for field, value in zip(fields, line, strict=False):
            if field and not row[field]:
                row[field] = unicodedata.normalize("NFC", value.strip())
    rows = [row for row in rows if any(row.values())]
    if rows and "id" in rows[0] and all(NUMBERED.fullmatch(row["id"]) and " " in row["id"] for row in rows):
        # Some languages of Moodle's call the column of "Participant 311" so.
        rows = [{**row, "identifier": row["id"], "id": ""} for row in rows]
    return rows


def field_of(name: str) -> str:
    """What a column of this name holds, empty if that is of no use here."""
    name = plain(name)
    if "sis" in name:
        return "login" if any(word in name for word in OF_LOGINS) else "sis"
    return FIELDS.get(name, "")


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def plain(name: str) -> str:
    """The name of a column without accents, blanks, signs and capitals."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", letters)
