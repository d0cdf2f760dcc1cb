// disk.test.mjs - the node's disk is full, read-only or damaged: full_disk.mjs, where a disk may be mounted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { POSTGRES } from '../lib/nodes.mjs';

const alone = ['-m', '--propagation', 'private'];
const can = process.getuid() === 0 && spawnSync('unshare', [...alone, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

const why = POSTGRES ? 'about files of SQLite' : can ? false : 'needs root and mount namespaces';

test('a disk that is full, read-only, damaged', { skip: why }, () => {
  const inner = path.join(path.dirname(fileURLToPath(import.meta.url)), 'full_disk.mjs');
  const r = spawnSync('unshare', [...alone, process.execPath, inner], { encoding: 'utf8', timeout: 120000 });
  assert.equal(r.status, 0, r.stdout + r.stderr);
  assert.equal(r.stdout.match(/^ok - /gm).length, 7, r.stdout);
});
