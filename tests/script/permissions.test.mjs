// permissions.test.mjs - the committed report of who may what is the program's: a change shows in review.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BINARY, ROOT } from '../lib/nodes.mjs';

test('docs/permissions.txt is what `opentrm authz report` prints', () => {
  const now = execFileSync(BINARY, ['authz', 'report'], { encoding: 'utf8' });
  assert.equal(now, fs.readFileSync(path.join(ROOT, 'docs/permissions.txt'), 'utf8'), 'run: opentrm authz report > docs/permissions.txt');
});

test('every address needs a capability, and every change a token', () => {
  const rows = execFileSync(BINARY, ['authz', 'report'], { encoding: 'utf8' }).split('\n').filter((l) => /^(GET|POST)\s/.test(l));
  assert.ok(rows.length > 60);
  for (const row of rows) {
    assert.match(row, /^\S+\s+\/\S*\s+[a-z_]+\s/);
    if (row.startsWith('POST')) assert.match(row, /csrf:token/);
  }
});
