// log.mjs - reads a node's log strictly: every line is key=value, as docs/operations.md says.
import assert from 'node:assert/strict';

const LINE = /^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ level=(debug|info|warn|error) event=([a-z][a-z_.]*) pid=\d+((?: [a-z][a-z_]*=(?:[A-Za-z0-9_.\/:@-]+|\?|"[^"\\]*"))*)$/;

// The lines of a log: [{level, event, fields: {key: value}}]. Throws on anything else.
export function logLines(text) {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line is whole');
  return text.split('\n').slice(0, -1).map((line) => {
    const m = LINE.exec(line);
    assert.ok(m, `no line of a log: ${line}`);
    const fields = Object.fromEntries([...m[3].matchAll(/ ([a-z_]+)=("[^"]*"|\S+)/g)].map(([, k, v]) => [k, v.replace(/^"|"$/g, '')]));
    assert.ok(!Object.values(fields).includes('?'), `a value that is no name or number: ${line}`);
    return { level: m[1], event: m[2], fields };
  });
}
