/* web/dist is kept in the repository, so that a node can be built without npm: here it is made again
 * and must be the same, and small enough for a poor line.
 */
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

test('web/dist is what its sources give', () => {
  const run = spawnSync(process.execPath, ['build.mjs', '--check'],
    { cwd: fileURLToPath(new URL('../../web', import.meta.url)), encoding: 'utf8', timeout: 120_000 })
  assert.equal(run.status, 0, run.stdout + run.stderr)
})
