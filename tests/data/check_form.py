"""check_form - are the forms whole against the printed Annex I, and sound in themselves?

Functions of one Data each, which yield a sentence for each mistake. Called by check_annex_i.py.
"""
import os
import re

from annex_i_printed import PRINTED
from data_files import LANGUAGES, STRUCTURE, where

PARTIES = {"exploitation", "transit", "origin", "third", "any"}
COMPARTMENTS = {"identity", "circumstances", "health", "safety", "justice"}
SOURCES = {section for section, _ in PRINTED} | {"ours"}
TYPES = {"text", "integer", "decimal", "date", "time", "dateTime", "note", "acknowledge", "calculate", "file"}


# --- the form against the printed template ---

def printed_text(seed):
    """Annex I of the report as one line of text, without marks of its layout."""
    begin = seed.index("DRAFT Template for Transnational Referral")
    text = seed[begin:seed.index("Annex II: TRM List of Contacts", begin)]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text).replace("’", "'"))


def check_printed(data):
    """Every printed piece has its row in the table, and every row is printed, in this order."""
    text, at = printed_text(data.seed), 0
    for section, rows in PRINTED:
        for piece, _ in rows:
            found = text.find(piece, at)
            if found < 0:
                yield f"section {section}: the table has {piece!r}, which is not printed after {text[at - 40:at]!r}"
                return
            missed = re.sub(r"[^A-Za-z0-9]+", " ", text[at:found]).strip()
            if missed:
                yield f"section {section}: {missed!r} is printed before {piece!r}, and the table has no row for it"
            at = found + len(piece)
    missed = re.sub(r"[^A-Za-z0-9]+", " ", text[at:]).strip()
    if missed:
        yield f"{missed!r} is printed at the end, and the table has no row for it"


def check_fields(data):
    """Every printed field is a question of the form, in its section, with its printed choices."""
    form = data.forms["annex-i"]
    for section, rows in PRINTED:
        for piece, meant in rows:
            if meant is None:
                continue
            field, _, choice = meant.partition("=")
            row = form.items.get(field)
            if row is None:
                yield f"section {section}: {piece!r} has no question {field}"
                continue
            if row["bind::trm:source"] != section:
                yield f"{where(form, row)}: is printed in {section}, not in {row['bind::trm:source']!r}"
            kind, _, list_name = row["type"].partition(" ")
            if choice and (not kind.startswith("select_") or choice not in form.lists.get(list_name, {})):
                yield f"{where(form, row)}: the choice {choice} ({piece!r}) is missing"


def check_invented(data):
    """What claims to be printed is in the table of what is printed."""
    form = data.forms["annex-i"]
    meant = {}
    for section, rows in PRINTED:
        for _, field in rows:
            if field:
                meant.setdefault(field.partition("=")[0], section)
    # Split off from one printed question, or the place where a printed "Other" of choices gets its text.
    ours_of_printed = {"age_group", "sex_other", "first_assistance", "first_health_assistance", "need_health",
                       "need_support", "contact_role", "languages", "contacts", "travel_document_type",
                       "case_exploitation_kind"}
    for row in form.survey:
        if row["type"].startswith(("begin_group", "end_")) or row["name"] in ours_of_printed:
            continue
        if row["bind::trm:source"] != "ours" and row["name"] not in meant:
            yield f"{where(form, row)}: claims section {row['bind::trm:source']}, where it is not printed"


# --- each form in itself ---

def check_structure(data):
    """Types are known, groups close, names are there and used once."""
    for form in data.forms.values():
        stack, names = [], set()
        for row in form.survey:
            kind = row["type"].split(" ")[0]
            if row.get("(more)"):
                yield f"{where(form, row)}: more cells than headings"
            if kind.startswith("begin_"):
                stack.append(kind[6:])
            if kind.startswith("end_"):
                if not stack or stack.pop() != kind[4:]:
                    yield f"{where(form, row)}: {kind} closes nothing"
                continue
            if kind not in TYPES | STRUCTURE | {"select_one", "select_multiple"}:
                yield f"{where(form, row)}: there is no type {row['type']!r}"
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", row["name"]):
                yield f"{where(form, row)}: {row['name']!r} is no name"
            if row["name"] in names:
                yield f"{where(form, row)}: the name is used twice"
            names.add(row["name"])
            if not stack:
                yield f"{where(form, row)}: stands outside of any section"
        if stack:
            yield f"{form.folder}: {len(stack)} groups are not closed"


def check_languages(data):
    """Each text is there in all languages; what is refused says why."""
    for form in data.forms.values():
        for row in form.survey:
            for what in ("label", "hint", "required_message", "constraint_message"):
                texts = [row[f"{what}::{l}"] for l in LANGUAGES]
                if any(texts) and not all(texts):
                    yield f"{where(form, row)}: {what} is not in all languages"
                if any(t != t.strip() or "  " in t for t in texts):
                    yield f"{where(form, row)}: {what} has stray blanks"
            if row["type"] not in ("calculate", "end_group", "end_repeat") and not row["label::English (en)"]:
                yield f"{where(form, row)}: has no label"
            if row["required"] and not row["required_message::English (en)"]:
                yield f"{where(form, row)}: is required and doesn't say why"
            if row["constraint"] and not row["constraint_message::English (en)"]:
                yield f"{where(form, row)}: has a constraint without a message"
        for row in form.choices:
            if not all(row[f"label::{l}"] for l in LANGUAGES):
                yield f"choice {row['list_name']} {row['name']}: label is not in all languages"
        for column in [f"form_title::{l}" for l in LANGUAGES] + ["form_id", "version", "default_language", "source",
                                                                 "translation_review::it", "translation_review::sq"]:
            if not form.settings[0].get(column):
                yield f"{form.folder}: settings has no {column}"
        if form.settings[0]["form_id"] != os.path.basename(form.folder):
            yield f"{form.folder}: the form_id is not the folder's name"


def check_lists(data):
    """Each select's list exists, each list is used, no choice stands twice."""
    for form in data.forms.values():
        used = set()
        for row in form.questions():
            kind, _, name = row["type"].partition(" ")
            if not kind.startswith("select_"):
                continue
            used.add(name)
            if name not in form.lists:
                yield f"{where(form, row)}: there is no list {name}"
            elif "other" in form.lists[name]:
                other = form.items.get(row["name"] + "_other")
                if other is None or other["relevant"] != "selected(${%s}, 'other')" % row["name"]:
                    yield f"{where(form, row)}: offers “other” and asks no {row['name']}_other with it"
        for name in form.lists.keys() - used:
            yield f"{form.folder}: no question uses the list {name}"
        seen = set()
        for row in form.choices:
            key = row["list_name"], row["name"]
            if key in seen:
                yield f"{form.folder}: choice {key} stands twice"
            seen.add(key)


def check_references(data):
    """Each ${name} exists and can be reached from there; choices in selected() exist."""
    for form in data.forms.values():
        for row in form.survey:
            for column in ("relevant", "constraint", "calculation", "choice_filter", "default", "required"):
                text = row[column] or ""
                for name in re.findall(r"\$\{([^}]*)\}", text):
                    target = form.items.get(name)
                    if target is None:
                        yield f"{where(form, row)}: {column} refers to {name}, which doesn't exist"
                        continue
                    repeats = [s for s in form.scope[name] if form.items[s]["type"] == "begin_repeat"]
                    if any(r not in form.scope[row["name"]] for r in repeats):
                        yield f"{where(form, row)}: {column} refers to {name} inside a repeat"
                for name, choice in re.findall(r"selected\(\$\{([^}]*)\}, '([^']*)'\)", text):
                    list_name = form.items.get(name, {"type": ""})["type"].partition(" ")[2]
                    if choice not in form.lists.get(list_name, {}):
                        yield f"{where(form, row)}: {column} asks {name} for {choice}, which is no choice of it"
                if text.count("(") != text.count(")") or text.count("'") % 2:
                    yield f"{where(form, row)}: {column} has a bracket or quote too many or too few"


def check_keys(data):
    """Party, compartment, share and source are known words; what decides is under the same key."""
    for form in data.forms.values():
        for row in form.survey:
            if row["type"].startswith("end_"):
                continue
            party, compartment = form.inherited(row, "bind::trm:party"), row["bind::trm:compartment"]
            if not party or not set(party.split()) <= PARTIES:
                yield f"{where(form, row)}: {party!r} is no party"
            needs = row["type"] != "begin_group"
            if (needs or compartment) and compartment not in COMPARTMENTS:
                yield f"{where(form, row)}: {compartment!r} is no compartment"
            if row["bind::trm:share"] not in ("", "ask", "never"):
                yield f"{where(form, row)}: {row['bind::trm:share']!r} is neither ask nor never"
            if row["bind::trm:source"] not in SOURCES:
                yield f"{where(form, row)}: {row['bind::trm:source']!r} is no section of Annex I"
            for column in ("relevant", "calculation"):
                for name in re.findall(r"\$\{([^}]*)\}", row[column] or ""):
                    decides = form.items.get(name, {}).get("bind::trm:compartment", compartment)
                    if compartment and decides != compartment:
                        yield f"{where(form, row)}: in {compartment}, but {column} looks at {name} in {decides}"
            for outer in form.scope[row["name"]]:
                if form.items[outer]["type"] == "begin_repeat" and \
                        form.items[outer]["bind::trm:compartment"] != compartment:
                    yield f"{where(form, row)}: is in another compartment than its repeat {outer}"


def check_countries(data):
    """The list of countries is that of ISO 3166, as the system knows it, and Kosovo."""
    path = "/usr/share/zoneinfo/iso3166.tab"
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        codes = {line.split("\t")[0] for line in file if line[0] not in "#\n"} | {"XK"}
    for form in data.forms.values():
        have = {n for n, row in form.lists["country"].items() if row["kind"] == "country"}
        for code in codes ^ have:
            yield f"{form.folder}: {code} is " + ("missing from the countries" if code in codes else "no country")
