"""check_demo - do the demo's answers fit the forms? Called by check_annex_i.py."""
import json
import os
import re
from datetime import date

from data_files import form_repeats


def check_demo(data):
    """Each answer has its question and the right shape, and part A is complete."""
    for name, form_name, parties in [("case-adult", "annex-i", {"exploitation", "any"}),
                                     ("case-child", "annex-i", {"exploitation", "any"}),
                                     ("followup-adult", "annex-i", {"origin", "third", "any"}),
                                     ("children-sheet-adult", "annex-i-child", {"exploitation"})]:
        form = data.forms[form_name]
        with open(os.path.join(data.data, "demo", name + ".json"), encoding="utf-8") as file:
            answers = json.load(file)
        yield from (f"demo/{name}.json: {p}" for p in answers_wrong(form, answers, None, parties))
        for row in form.questions():
            here = set(form.inherited(row, "bind::trm:party").split()) & parties
            if row["required"] and here and not form_repeats(form, row) and not row["relevant"] \
                    and row["name"] not in answers:
                yield f"demo/{name}.json: {row['name']} is required and not there"
            if name == "case-adult" and here and not form_repeats(form, row) and not row["relevant"] \
                    and row["type"] not in ("note", "calculate") and row["name"] not in answers:
                yield f"demo/{name}.json: {row['name']} is not answered"


def answers_wrong(form, answers, repeat, parties):
    for name, value in answers.items():
        row = form.items.get(name)
        if row is None or (form_repeats(form, row) or [None])[-1] != repeat:
            yield f"there is no question {name} here"
            continue
        if not set(form.inherited(row, "bind::trm:party").split()) & parties:
            yield f"{name} is not for this part"
        kind, _, list_name = row["type"].partition(" ")
        choices = list(form.lists.get(list_name, {}))
        if kind == "begin_repeat":
            for entry in value:
                yield from answers_wrong(form, entry, name, parties)
        elif kind == "select_one" and value not in choices:
            yield f"{name}: {value!r} is no choice"
        elif kind == "select_multiple" and (not isinstance(value, list) or not set(value) <= set(choices)
                                            or sorted(value, key=choices.index) != value):
            yield f"{name}: {value!r} are not choices in the order of the list"
        elif kind == "text" and (not isinstance(value, str) or not value):
            yield f"{name}: is no text"
        elif kind == "integer" and not isinstance(value, int):
            yield f"{name}: is no number"
        elif kind in ("date", "dateTime") and not day(value, kind):
            yield f"{name}: {value!r} is no {kind}, or lies after 2025"
        for other in re.findall(r"selected\(\$\{([^}]*)\}, '([^']*)'\)", row["relevant"] or ""):
            have = answers.get(other[0])
            if other[1] not in (have if isinstance(have, list) else [have]):
                yield f"{name}: is answered, but {other[0]} is not {other[1]}"


def day(value, kind):
    form = r"(\d{4}-\d\d-\d\d)" if kind == "date" else r"(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d"
    match = re.fullmatch(form, str(value))
    try:
        return bool(match) and date.fromisoformat(match[1]).year <= 2025
    except ValueError:
        return False
