"""Tests of tools/lint: a small tree with one fault in each file, and each fault must be named.

Run by `make check` (python3 -m unittest). Must never touch the real tree.
"""
import os
import subprocess
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
OPENING = "/* x - for the test. */\n"


def header(name, body=""):
    guard = "OPENTRM_" + name.upper().replace("/", "_").replace(".", "_")
    return f"{OPENING}#ifndef {guard}\n#define {guard}\n{body}#endif\n"


# path -> (content, a piece of the sentence that must be printed for it)
BAD = {
    "src/base/leftward.c": (OPENING + '#include "crypto/secret.h"\n', "base must not include crypto/"),
    "src/form/store.c": (OPENING + '#include "db/db.h"\n', "form must not include db/"),
    "src/http/domain.c": (OPENING + '#include "domain/case.h"\n', "http must not include domain/"),
    "src/main.c": (OPENING + '#include "web/page.h"\n', "main must not include web/"),
    "src/domain/seam.c": (OPENING + "#include <sqlite3.h>\n", "is reached through db/ only"),
    "src/web/seam.c": (OPENING + "#include <pango/pangocairo.h>\n", "is reached through print/ only"),
    "src/base/copy.c": (OPENING + "void f(char *a) { strcpy(a, \"b\"); }\n", "strcpy is banned"),
    "src/crypto/date.c": (OPENING + "long f(void) { return time(0); }\n", "time is banned"),
    "src/db/free.c": (OPENING + "void f(void *p) { free(p); }\n", "free is banned outside base"),
    "src/domain/say.c": (OPENING + "void f(void) { printf(\"x\"); }\n", "only src/cli speaks"),
    "src/domain/logs.c": (OPENING + "void f(void) { LOG(LOG_INFO, \"x\"); }\n", "domain does not log"),
    "src/domain/sql.c": (OPENING + "const char *s = \"SELECT \"\n  \"x FROM y\";\n", "SQL text"),
    "src/domain/html.c": (OPENING + "const char *s = \"<p class='x'>\";\n", "HTML stands"),
    "src/base/noopening.c": ("#include <stdio.h>\n", "must open with a comment"),
    "src/base/noguard.h": (OPENING + "int f(void);\n", "include guard"),
    "src/base/otherguard.h": (OPENING + "#ifndef A_H\n#define B_H\n#endif\n", "include guard"),
    "src/base/half.c": (OPENING + "/* TO" + "DO: later */\n", "half-done work"),
    "src/base/half2.c": (OPENING + "/* a simpli" + "fied way */\n", "half-done work"),
    "src/base/long.c": (OPENING + "\n" * 801, "over 800 is a design question"),
    "src/base/longish.c": (OPENING + "\n" * 301, "warning: 302 lines"),
    "src/meson.build": ("x = dependency('nowhere')\n", "no row in tools/packages brings 'nowhere'"),
    "tests/person.txt": ("Call Ms. Exampla Pérsona\n", "contact list"),
    "docs/host.md": ("https://registry.npm" + "js.org/x\n", "package registry"),
}

GOOD = {
    "src/base/good.h": header("base/good.h", "void talloc_free(void *p);\n"),
    "src/base/good.c": OPENING + '#include "base/good.h"\nvoid f(void *p);\nvoid f(void *p) { free(p); }\n',
    "src/db/good.c": OPENING + '#include "crypto/a.h"\nconst char *s = "SELECT x FROM y"; /* strcpy(a, b) */\n',
    "src/web/good.c": OPENING + '#include "http/a.h"\n#include "domain/b.h"\nconst char *s = "<p>";\n',
    "src/cli/good.c": OPENING + '#include "web/a.h"\nvoid f(void) { printf("hello"); }\n',
    "src/domain/good.c": OPENING + "int f(struct x *x) { return x->time(1) + x->y.free(2); }\n",
    "tools/packages": "build libx-dev pc:libx\n",
    "src/db/meson.build": "y = dependency('libx')\n",
}

REPORT = "Ms. Other Name\n\nAnnex II: List\nAlbania\tMs. Exampla Persona, Tel: 1 E-mail: epersona@example.org office@example.org\n"


class Lint(unittest.TestCase):
    def lint(self, files, seed=True):
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.join(folder, "tree")
            for name, content in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
            report = os.path.join(folder, "shared", "seed")
            if seed:
                os.makedirs(report)
                with open(os.path.join(report, "report.txt"), "w", encoding="utf-8") as file:
                    file.write(REPORT)
            env = {k: v for k, v in os.environ.items() if k != "OPENTRM_SEED"}
            done = subprocess.run([os.path.join(ROOT, "tools/lint"), root], env=env,
                                  capture_output=True, text=True, timeout=60)
            return done.returncode, done.stdout + done.stderr

    def test_each_fault_is_named(self):
        files = {name: content for name, (content, _) in BAD.items()}
        files["tools/packages"] = GOOD["tools/packages"]
        code, out = self.lint(files)
        self.assertEqual(code, 1)
        for name, (_, sentence) in BAD.items():
            with self.subTest(name):
                lines = [line for line in out.split("\n") if line.startswith(name + ":")]
                self.assertEqual(len(lines), 1, lines)
                self.assertIn(sentence, lines[0])

    def test_good_tree_passes(self):
        code, out = self.lint(GOOD)
        self.assertEqual((code, out.count("\n")), (0, 1), out)

    def test_a_warning_is_no_error(self):
        code, out = self.lint({"src/base/longish.c": BAD["src/base/longish.c"][0]})
        self.assertEqual(code, 0, out)

    def test_absent_report_is_said(self):
        code, out = self.lint(GOOD, seed=False)
        self.assertEqual(code, 0)
        self.assertIn("not beside the tree", out)

    def test_an_office_is_no_person(self):
        code, out = self.lint({"tests/a.txt": "office@example.org\n"})
        self.assertEqual(code, 0, out)
        code, out = self.lint({"tests/a.txt": "epersona@example.org\n"})
        self.assertEqual(code, 1, out)

    def test_names_outside_the_contact_list_are_free(self):
        code, out = self.lint({"tests/a.txt": "Other Name\n"})
        self.assertEqual(code, 0, out)


if __name__ == "__main__":
    unittest.main()
