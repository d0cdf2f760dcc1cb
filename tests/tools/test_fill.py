"""Tests of deploy/postgres/fill: every machine's files, once and for all; what is missing is said.

Run by `make check` (python3 -m unittest).
"""
import base64
import hashlib
import hmac
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
FILL = os.path.join(ROOT, "deploy/postgres/fill")
SETTINGS = os.path.join(ROOT, "deploy/postgres/settings.example")


def module():
    loader = importlib.machinery.SourceFileLoader("fill", FILL)
    loaded = importlib.util.module_from_spec(importlib.util.spec_from_loader("fill", loader))
    loader.exec_module(loaded)
    return loaded


def fill(settings, out):
    return subprocess.run([FILL, settings, out], capture_output=True, text=True, timeout=60)


def files(folder):
    out = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, encoding="utf-8") as file:
                out[os.path.relpath(path, folder)] = file.read()
    return out


class Fill(unittest.TestCase):
    def test_every_machine_gets_its_files(self):
        with tempfile.TemporaryDirectory() as out:
            self.assertEqual(fill(SETTINGS, out).returncode, 0)
            made = files(out)
            for machine in ("db1", "db2", "db3"):
                self.assertIn(f"name: {machine}", made[f"{machine}/etc/patroni/config.yml"])
            self.assertIn("192.0.2.22:8441", made["app1/etc/haproxy/haproxy.cfg"])
            for path, text in made.items():
                self.assertIsNone(re.search(r"@[A-Z_]+@", text), path)
                self.assertEqual(os.stat(os.path.join(out, path)).st_mode & 0o077, 0, path)
            # Machines of databases know no password of opentrm.
            for path, text in made.items():
                if path.startswith("db"):
                    self.assertNotIn(made["secret/opentrm"], text, path)
                    self.assertNotIn(made["secret/opentrm_keys"], text, path)
            check = ["openssl", "verify", "-CAfile", f"{out}/secret/ca.crt", "-verify_ip", "192.0.2.12",
                     f"{out}/db2/etc/patroni/tls/machine.crt"]
            self.assertEqual(subprocess.run(check, capture_output=True, timeout=60).returncode, 0)
            # Again: nothing new.
            self.assertEqual(fill(SETTINGS, out).returncode, 0)
            self.assertEqual(files(out), made)

    def test_what_is_missing_is_said(self):
        with open(SETTINGS, encoding="utf-8") as file:
            lines = file.readlines()
        with tempfile.TemporaryDirectory() as folder:
            for name in ("DB2_ADDRESS", "NETWORK", "POOL_SIZE", "SITE"):
                path = os.path.join(folder, "settings")
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(line for line in lines if not line.startswith(name + "="))
                done = fill(path, os.path.join(folder, name))
                self.assertEqual(done.returncode, 1, name)
                self.assertIn(name, done.stderr)

    def test_the_verifier_is_the_standards(self):
        """RFC 7677 §3: the server's signature that its example shows."""
        made = module().verifier("pencil", base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
        scheme, rounds, keys = made.split("$")[0], made.split("$")[1].split(":")[0], made.split("$")[2]
        self.assertEqual((scheme, rounds), ("SCRAM-SHA-256", "4096"))
        said = (b"n=user,r=rOprNGfwEbeRWgbNEkqO,"
                b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        stored, server = (base64.b64decode(key) for key in keys.split(":"))
        self.assertEqual(base64.b64encode(hmac.digest(server, said, "sha256")).decode(),
                         "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        key = bytes(a ^ b for a, b in zip(proof, hmac.digest(stored, said, "sha256")))
        self.assertEqual(hashlib.sha256(key).digest(), stored)


if __name__ == "__main__":
    unittest.main()
