// metrics.mjs - reads Prometheus' text format strictly; with promtool too where it is installed (Debian: prometheus).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*', VALUE = '[-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|Inf|NaN)';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:[a-z_]+="[^"\\\\\\n]*",?)*)\\})? (${VALUE})$`);

// {value(name, labels), samples: [{name, labels, value}]}
export function metrics(text) {
  assert.ok(text.endsWith('\n'));
  const samples = [], types = {}, seen = new Set();
  let family;
  for (const line of text.split('\n').slice(0, -1)) {
    const head = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (head) {
      if (head[1] === 'TYPE') {
        assert.ok(!(head[2] in types), `${head[2]} twice`);
        assert.match(head[3], /^(counter|gauge|histogram)$/);
        types[family = head[2]] = head[3];
      }
      continue;
    }
    const m = SAMPLE.exec(line);
    assert.ok(m, `no sample: ${line}`);
    const base = types[family] === 'histogram' ? m[1].replace(/_(bucket|sum|count)$/, '') : m[1];
    assert.equal(base, family, `a sample outside its family: ${line}`);
    assert.ok(!seen.has(`${m[1]}{${m[2]}}`), `twice: ${line}`);
    seen.add(`${m[1]}{${m[2]}}`);
    if (types[family] === 'counter') assert.match(m[1], /_total$/);
    samples.push({ name: m[1], labels: Object.fromEntries([...(m[2] ?? '').matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, k, v]) => [k, v])), value: Number(m[3].replace('Inf', 'Infinity')) });
  }
  const tool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (!tool.error) assert.equal(tool.status, 0, tool.stdout + tool.stderr);
  const value = (name, labels = {}) => samples.filter((s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v)).reduce((sum, s) => sum + s.value, 0);
  return { samples, value };
}
