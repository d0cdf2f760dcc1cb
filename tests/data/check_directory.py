"""check_directory - are the directories sound, and is no person of the report anywhere in data/?

Functions of one Data each, which yield a sentence for each mistake; what they find they don't print.
Called by check_annex_i.py. The report's persons are read from the report; none is named here.
"""
import csv
import os
import re
import unicodedata

PROCEDURES = {"identification", "first_assistance", "longer_term", "return", "proceedings", "interpretation"}
ROLES = {"focal_point", "national_coordinator", "child_authority", "regional_contact"}
DIRECTORY_COLUMNS = ["country", "body", "body::Italian (it)", "body::Albanian (sq)", "city", "procedures", "roles",
                     "telephone", "fax", "email", "address", "languages", "hours", "source", "verified",
                     "note_verified", "note_reference", "note"]
# Mailboxes printed beside a person's name that are plainly the office's.
OFFICE_MAILBOXES = {
    "at_nationalcoordinator@yahoo.com", "shtqnj@gmail.com", "sdsf_ks@yahoo.com", "nmuofficemk@yahoo.com",
    "lastrada@lastrada.org.mk", "za.srekno.detstvo@gmail.com", "coordonator.snr@mpsfc.gov.md",
    "coordonator_snr@yahoo.com", "office@lastrada.md", "org.opsti@t-com.me", "mnzenskilobi@t-com.me",
    "sektorzapp@t-com.me"}
# How the mobile numbers of each country begin, after +.
MOBILE = re.compile(r"^(3556[6-9]|3876[0-7]|3598[7-9]|35998|3859[1-9]|3774[3-9]|3834[3-9]|3897[0-9]|3736[0-9]"
                    r"|3737[6-9]|3826[0-9]|407|3816|393)")
MAILBOX = re.compile(r"[\w.+-]+@[\w.-]*\w")


def check_directory(data):
    """Columns, codes and sources of the directories."""
    for name, rows in data.directories.items():
        with open(os.path.join(data.data, name), newline="", encoding="utf-8") as file:
            if next(csv.reader(file)) != DIRECTORY_COLUMNS:
                yield f"{name}: the columns are not those of data/directory/README.md"
                continue
        seen = set()
        for number, row in enumerate(rows, 2):
            at = f"{name} row {number}"
            if row["country"] not in data.forms["annex-i"].lists["country"] or not row["country"].isupper():
                yield f"{at}: {row['country']!r} is no country"
            if not row["procedures"] or not set(row["procedures"].split()) <= PROCEDURES:
                yield f"{at}: {row['procedures']!r} are no procedures"
            if not set(row["roles"].split()) <= ROLES:
                yield f"{at}: {row['roles']!r} are no roles"
            if not all(row[c] for c in ("body", "body::Italian (it)", "body::Albanian (sq)", "source")):
                yield f"{at}: has no name in some language, or no source"
            key = row["country"], row["body"], row["city"]
            if key in seen:
                yield f"{at}: the body stands there twice"
            seen.add(key)
            if name == "directory/annex-ii.csv" and (row["source"], row["verified"], row["note_verified"]) != \
                    ("ICMPD 2012, Annex II", "2012-08", "not verified since"):
                yield f"{at}: does not say that it is of August 2012 and not verified since"
            if name == "demo/directory.csv":
                for number in numbers(row):
                    if not re.match(r"(39|355)000", number):
                        yield f"{at}: {number} may be somebody's number"
                if not row["email"].endswith("example.org"):
                    yield f"{at}: the mailbox may be somebody's"


def numbers(row):
    return [re.sub(r"\D", "", n) for c in ("telephone", "fax") for n in row[c].split(";") if n.strip()]


def check_no_mobile(data):
    """No number in data/ is a mobile one."""
    for path, text in data_texts(data):
        for number in re.findall(r"\+\s?\d[\d\s()/.-]{6,}\d", text):
            digits = re.sub(r"\D", "", number)
            if MOBILE.match(digits):
                yield f"{path}: {number!r} is a mobile number"


def check_no_honorific(data):
    """Nobody is addressed by name in the directories."""
    for name, rows in data.directories.items():
        for number, row in enumerate(rows, 2):
            for cell in row.values():
                if re.search(r"\b(Mr|Ms|Mrs|Miss|Dr|Sig|Sig\.ra|Z\.|Znj)\.\s", cell or ""):
                    yield f"{name} row {number}: a person is named"


def data_texts(data):
    for folder, _, names in os.walk(data.data):
        for name in sorted(names):
            if not name.endswith((".csv", ".json", ".md", ".po")):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                yield os.path.relpath(path, data.root), file.read()


def annex_ii(seed):
    return seed[seed.index("Annex II: TRM List of Contacts", seed.index("Template for Transnational Referral")):]


def annex_ii_cells(seed):
    """(text, whether a person is named in it): cells of its tables; where a row of the regional table names a person, the
    whole row counts as one cell."""
    for line in annex_ii(seed).split("\n"):
        named = re.compile(r"\b(Mr|Ms|Mrs)\.")
        cells = [line] if named.search(line.split("\t")[0]) else line.split("\t")
        for cell in cells:
            yield cell, bool(named.search(cell))


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")


def seed_persons(seed):
    """Names printed with Mr., Ms. or Mrs. in Annex II, as lists of words."""
    word = r"[^\W\d_](?:[^\W\d_]|[-/])+"
    persons = set()
    for cell, named in annex_ii_cells(seed):
        if named:
            for match in re.findall(rf"\b(?:Mr|Ms|Mrs)\.\s?({word}(?:\s{word}){{1,2}})", cell):
                words = [w for part in match.split() for w in part.split("/")]
                while len(words) > 2 and words[2].lower() in STOP:
                    words.pop()
                persons.add(tuple(plain(w) for w in words))
    return persons


STOP = {"head", "address", "tel", "e-mail", "director", "chief", "mob", "fax", "executive", "isf", "state", "nrm",
        "coordinator", "victims", "deputy", "senior", "assistant", "secretary", "general"}


def check_no_persons(data):
    """No person of Annex II is named anywhere in data/."""
    persons = seed_persons(data.seed)
    if len(persons) < 40:
        yield f"only {len(persons)} persons were found in Annex II: the check can't be trusted"
    for path, text in data_texts(data):
        words = set(re.findall(r"[^\W\d_]+", plain(text)))
        for person in persons:
            if re.search(r"\b" + r"\W+".join(person[:2]) + r"\b", plain(text)) or \
                    any(len(w) > 4 and w in words for w in person[1:]):
                yield f"{path}: a person of Annex II is named ({person[0][0]}. {person[1][0]}.)"


def check_no_seed_mobile(data):
    """None of the report's mobile numbers occurs in data/."""
    found = re.findall(r"Mob(?:ile)?\s*:?\s*((?:\+?[\d\s(]+[\d\s]+,?\s*)+)", annex_ii(data.seed), re.I)
    mobiles = {re.sub(r"\D", "", n) for run in found for n in re.findall(r"\+[^+,]*", run)} | \
              {re.sub(r"\D", "", cells[2]) for cells in regional_rows(data.seed)}
    mobiles = {m[-8:] for m in mobiles if len(m) > 8}
    if len(mobiles) < 20:
        yield f"only {len(mobiles)} mobile numbers were found in Annex II: the check can't be trusted"
    for path, text in data_texts(data):
        for run in re.findall(r"\+?\d[\d\s()/.-]{6,}\d", text):
            if any(m in re.sub(r"\D", "", run) for m in mobiles):
                yield f"{path}: a mobile number of Annex II"


def regional_rows(seed):
    for line in annex_ii(seed).split("\n"):
        cells = line.split("\t")
        if len(cells) == 4 and re.search(r"\b(Mr|Ms|Mrs)\.", cells[0]):
            yield cells


def check_channels(data):
    """Each number and mailbox of annex-ii.csv is printed, and not beside a person."""
    cells = list(annex_ii_cells(data.seed))
    apart = re.sub(r"Mob(ile)?\s*:\s*[+\d\s(),]*", " ", " | ".join(c for c, named in cells if not named), flags=re.I)
    digits = re.sub(r"[^\d+|a-z@A-Z]", "", apart)
    boxes = {b.lower() for c, _ in cells for b in MAILBOX.findall(c)}
    boxes_apart = {b.lower() for c, named in cells if not named for b in MAILBOX.findall(c)}
    for number, row in enumerate(data.directories["directory/annex-ii.csv"], 2):
        for one in numbers(row):
            if one not in digits:
                yield f"directory/annex-ii.csv row {number}: {one} is not printed apart from persons"
        for box in MAILBOX.findall(row["email"]):
            if box not in boxes:
                yield f"directory/annex-ii.csv row {number}: a mailbox is not printed"
            elif box not in boxes_apart and box not in OFFICE_MAILBOXES:
                yield f"directory/annex-ii.csv row {number}: a mailbox is printed beside a person"


def check_mailboxes(data):
    """No mailbox in data/ carries the name of the person whom the report prints beside it."""
    personal = set()
    for cell, named in annex_ii_cells(data.seed):
        if named:
            personal |= {b.lower() for b in MAILBOX.findall(cell)} - OFFICE_MAILBOXES
    if len(personal) < 25:
        yield f"only {len(personal)} mailboxes of persons were found in Annex II: the check can't be trusted"
    for path, text in data_texts(data):
        for box in MAILBOX.findall(text):
            if box.lower() in personal:
                yield f"{path}: a mailbox is a person's"


def check_bodies(data):
    """annex-ii.csv has a body for every country and procedure that Annex II prints."""
    have = {(r["country"], p) for r in data.directories["directory/annex-ii.csv"] for p in r["procedures"].split()}
    countries = {"AL", "BA", "BG", "HR", "XK", "MK", "MD", "ME", "RO", "RS"}
    for country in sorted(countries):
        for procedure in sorted(PROCEDURES - {"interpretation"}):
            if (country, procedure) not in have:
                yield f"directory/annex-ii.csv: {country} has nobody for {procedure}"
