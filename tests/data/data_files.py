"""data_files - data/ and the report, read once for the checks of this folder. Writes nothing."""
import csv
import os

LANGUAGES = ["English (en)", "Italian (it)", "Albanian (sq)"]
STRUCTURE = {"begin_group", "end_group", "begin_repeat", "end_repeat"}
FORMS = ["annex-i", "annex-i-child"]
DIRECTORIES = ["directory/annex-ii.csv", "demo/directory.csv"]


class Data:
    """The forms and directories under ROOT/data, and the report."""

    def __init__(self, root):
        self.root, self.data = root, os.path.join(root, "data")
        self.forms = {name: Form(os.path.join(self.data, "forms", name)) for name in FORMS}
        self.directories = {name: read_csv(os.path.join(self.data, name)) for name in DIRECTORIES}
        self.seed = seed_read(root)


class Form:
    def __init__(self, folder):
        self.folder = folder
        self.survey = read_csv(os.path.join(folder, "survey.csv"))
        self.choices = read_csv(os.path.join(folder, "choices.csv"))
        self.settings = read_csv(os.path.join(folder, "settings.csv"))
        self.lists = {}
        for row in self.choices:
            self.lists.setdefault(row["list_name"], {})[row["name"]] = row
        self.items, self.scope = {}, {}
        stack = []
        for number, row in enumerate(self.survey, 2):
            row["#"] = number
            if row["type"].startswith("end_"):
                if stack:
                    stack.pop()
                continue
            self.items.setdefault(row["name"], row)
            self.scope[row["name"]] = list(stack)
            if row["type"].startswith("begin_"):
                stack.append(row["name"])

    def questions(self):
        return [r for r in self.survey if r["type"] not in STRUCTURE]

    def inherited(self, row, column):
        """The cell, or that of the nearest group around it."""
        for name in [row["name"]] + self.scope.get(row["name"], [])[::-1]:
            if self.items[name][column]:
                return self.items[name][column]
        return ""


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, restkey="(more)"))
    return rows


def seed_read(root):
    path = os.environ.get("OPENTRM_SEED") or os.path.join(root, "../shared/seed/the-way-forward-trm-2012.txt")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def where(form, row):
    return f"{os.path.basename(form.folder)}/survey.csv row {row['#']} ({row['name']})"


def form_repeats(form, row):
    return [s for s in form.scope[row["name"]] if form.items[s]["type"] == "begin_repeat"]
