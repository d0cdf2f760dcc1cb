#!/usr/bin/env python3
"""check_annex_i_red - makes each kind of mistake in a copy of data/, and looks whether check_annex_i finds it.

    tests/data/check_annex_i_red.py

A check that has never been seen red proves nothing. Prints TAP; works in a temporary folder that it removes.
"""
import os
import shutil
import sys
import tempfile

import check_annex_i as c
from check_directory import MAILBOX, OFFICE_MAILBOXES, annex_ii_cells, regional_rows, seed_persons

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
SURVEY, CHOICES = "forms/annex-i/survey.csv", "forms/annex-i/choices.csv"
SETTINGS, ADULT = "forms/annex-i/settings.csv", "demo/case-adult.json"
ANNEX_II, DEMO = "directory/annex-ii.csv", "demo/directory.csv"


def seed_cell(words):
    """A piece of the report that the mistake puts where it must not be; the report's persons stand in no test."""
    def found(data):
        return words(data.seed)
    return found


def first_person(seed):
    return " ".join(sorted(seed_persons(seed))[0])


def first_mobile(seed):
    return "tel. " + next(regional_rows(seed))[2]


def number_beside_person(seed):
    return next(regional_rows(seed))[1]


def personal_mailbox(seed):
    return next(b for cell, named in annex_ii_cells(seed) if named for b in MAILBOX.findall(cell)
                if b.lower() not in OFFICE_MAILBOXES)


# The mistake; the check that must find it; file, what is there (the first time), what to write instead.
MISTAKES = [
    ("a printed field is missing", c.check_fields, SURVEY, "\ntext,medical_history,", "\ntext,medical_past,"),
    ("a printed choice is missing", c.check_fields, CHOICES, "\nexploitation,begging,", "\nexploitation,beg,"),
    ("a field is in the wrong section", c.check_fields, SURVEY, ",,,6.4\n", ",,,6.3\n"),
    ("a field of ours claims to be printed", c.check_invented, SURVEY, "integer,age,", "integer,age_now,"),
    ("a name is used twice", c.check_structure, SURVEY, "\ntext,addiction,", "\ntext,medical_history,"),
    ("there is no such type", c.check_structure, SURVEY, "\ndate,birth_date,", "\nday,birth_date,"),
    ("a group is not closed", c.check_structure, SURVEY, "\nend_repeat,", "\nend_group,"),
    ("a name with a capital", c.check_structure, SURVEY, "\ntext,birth_place,", "\ntext,Birth_place,"),
    ("an Albanian label is missing", c.check_languages, SURVEY, ",Vendlindja,", ",,"),
    ("an Italian choice is missing", c.check_languages, CHOICES, ",Accattonaggio,", ",,"),
    ("a title is missing", c.check_languages, SETTINGS, "Formulari i referimit transnacional", ""),
    ("nobody knows whether it was reviewed", c.check_languages, SETTINGS, "not yet reviewed,not yet reviewed", ",not yet reviewed"),
    ("a list does not exist", c.check_lists, SURVEY, "select_one marital_status,", "select_one marriage,"),
    ("an other without its text", c.check_lists, SURVEY, "\ntext,exploitation_type_other,", "\ntext,exploitation_type_more,"),
    ("a choice stands twice", c.check_lists, CHOICES, "\nsex,female,", "\nsex,male,"),
    ("a reference to nothing", c.check_references, SURVEY, "${exploitation_began}", "${exploitation_start}"),
    ("a choice that is none is asked for", c.check_references, SURVEY, "${travel_document}, 'yes'", "${travel_document}, 'ja'"),
    ("a reference into a repeat", c.check_references, SURVEY, "${children_returned}, 'yes'", "${child_sex}, 'male'"),
    ("no such compartment", c.check_keys, SURVEY, "exploitation,health,", "exploitation,medical,"),
    ("no such party", c.check_keys, SURVEY, "origin third,safety,", "origin fourth,safety,"),
    ("no such section", c.check_keys, SURVEY, ",,,3.2\n", ",,,3.9\n"),
    ("what decides is under another key", c.check_keys, SURVEY, "exploitation,justice,,,1.1\n", "exploitation,identity,,,1.1\n"),
    ("a country is missing", c.check_countries, CHOICES, "\ncountry,ME,Montenegro,Montenegro,Mal i Zi,country", "\ncountry,ME,Montenegro,Montenegro,Mal i Zi,land"),
    ("an answer to no question", c.check_demo, ADULT, '"birth_place"', '"place_of_birth"'),
    ("an answer that is no choice", c.check_demo, ADULT, '"divorced"', '"parted"'),
    ("31 February", c.check_demo, ADULT, "2025-03-21", "2025-02-31"),
    ("an answer to what was not asked", c.check_demo, ADULT, '"identity_confirmed": "yes"', '"identity_confirmed": "no"'),
    ("a body without procedures", c.check_directory, ANNEX_II, ",Tirana,identification,", ",Tirana,identity,"),
    ("no such role", c.check_directory, ANNEX_II, ",national_coordinator,", ",boss,"),
    ("passed off as verified", c.check_directory, ANNEX_II, ",not verified since,", ",verified,"),
    ("another column", c.check_directory, ANNEX_II, ",hours,", ",open,"),
    ("a demo number that may be somebody's", c.check_directory, DEMO, "+39 000 000 0101", "+39 06 000 0101"),
    ("a demo mailbox that may be somebody's", c.check_directory, DEMO, "focal-point@it.example.org", "focal-point@it.example.eu"),
    ("a country without a body", c.check_bodies, ANNEX_II, ",Zagreb,return,", ",Zagreb,identification,"),
    ("a mobile number", c.check_no_mobile, ANNEX_II, "+387 33 492 454", "+387 61 492 454"),
    ("a person with a title", c.check_no_honorific, ANNEX_II, ",ADPARE,", ",Ms. Invented of ADPARE,"),
    ("a person of the report", c.check_no_persons, ANNEX_II, "ADPARE", seed_cell(first_person)),
    ("a mobile number of the report", c.check_no_seed_mobile, DEMO, "Portochiaro", seed_cell(first_mobile)),
    ("a number beside a person", c.check_channels, ANNEX_II, "+387 33 492 454", seed_cell(number_beside_person)),
    ("a number that is not printed", c.check_channels, ANNEX_II, "+387 33 492 454", "+387 33 492 455"),
    ("a mailbox that is not printed", c.check_channels, ANNEX_II, "uredk@msb.gov.ba", "uredk@msb.example.org"),
    ("a mailbox beside a person", c.check_channels, ANNEX_II, "uredk@msb.gov.ba", seed_cell(personal_mailbox)),
    ("a person's mailbox", c.check_mailboxes, "demo/README.md", "example.org", seed_cell(personal_mailbox)),
]


def mistake_found(folder, data, check, path, there, instead):
    """-> (whether the check is quiet before, loud after)"""
    full = os.path.join(folder, "data", path)
    with open(full, encoding="utf-8") as file:
        text = file.read()
    if callable(instead):
        instead = instead(data)
    if there not in text or there == instead:
        return None
    with open(full, "w", encoding="utf-8") as file:
        file.write(text.replace(there, instead, 1))
    changed = c.Data(folder)
    changed.seed = data.seed
    try:
        return list(check(changed))
    finally:
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def printed_mistakes(data):
    """The report prints a word more, or the table says one that is not printed."""
    more = c.Data(ROOT)
    more.seed = data.seed.replace("Place of birth:", "Place of birth: Shoe size:")
    yield "a field more is printed", list(c.check_printed(more))
    less = c.Data(ROOT)
    less.seed = data.seed.replace("- Chronic diseases:", "- :")
    yield "a field in the table is not printed", list(c.check_printed(less))


def main():
    data, failed, number = c.Data(ROOT), 0, 0
    results = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(ROOT, "data"), os.path.join(folder, "data"))
        for title, check, path, there, instead in MISTAKES:
            if data.seed is None and check in c.WITH_SEED:
                print(f"# skipped {title}: the report is not here (../shared/seed or $OPENTRM_SEED).")
                continue
            results.append((title, mistake_found(folder, data, check, path, there, instead)))
    if data.seed is not None:
        results += printed_mistakes(data)
    for title, found in results:
        number += 1
        if found is None:
            print(f"# {title}: what it would change is not in the file")
        print(f"{'ok' if found else 'not ok'} {number} - {title}" + (f" # {found[0]}"[:160] if found else ""))
        failed += not found
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
