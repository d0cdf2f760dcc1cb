"""Tests of tools/globals: variables that outlive a call are found, constants are not.

Run by `make check` (python3 -m unittest).
"""
import os
import subprocess
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


class Globals(unittest.TestCase):
    def look(self, source):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "src"))
            with open(os.path.join(folder, "x.c"), "w", encoding="utf-8") as file:
                file.write(source)
            subprocess.run("gcc -c -fPIC x.c -o x.o && ar rc src/libx.a x.o", shell=True, cwd=folder,
                           check=True, timeout=60)
            done = subprocess.run([os.path.join(ROOT, "tools/globals"), folder], capture_output=True,
                                  text=True, timeout=60)
            return done.returncode, done.stdout + done.stderr

    def test_variables_are_found(self):
        for name, source in {
            "counter": "int counter;",
            "hidden": "static int hidden; int f(void) { return ++hidden; }",
            "kept": "int f(void) { static int kept = 3; return ++kept; }",
            "local": "_Thread_local int local;",
        }.items():
            with self.subTest(name):
                code, out = self.look(source)
                self.assertEqual(code, 1)
                self.assertIn(name, out)

    def test_constants_are_free(self):
        code, out = self.look('static const char *const NAMES[] = {"a", "b"}; const int N = 3;'
                              "static int start_once; int f(int i) { return NAMES[i][0] + ++start_once; }")
        self.assertEqual(code, 0, out)


if __name__ == "__main__":
    unittest.main()
