// partner.test.mjs - openssl and curl play the partner: a repeat, the same id with another body, a byte changed, another signer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SMALL, World, job } from './world.mjs';

let w, giulia, besa, headers, body;
const sh = (program, args, options = {}) => spawnSync(program, args, { cwd: w.folder, encoding: 'latin1', maxBuffer: 1 << 26, ...options });

before(async () => {
  w = await World.make('partner');
  [giulia, besa] = [await w.person('it', 'giulia'), await w.person('al', 'besa')];
  const code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  const timeline = await w.shows(giulia, code, ['submitted', 'relayed']);
  const handle = timeline.html.match(/data-conversation="([0-9a-f-]{36})"/)[1];
  w.it.run(['evidence', w.it.folder, handle, path.join(w.folder, 'e.zip')]);
  assert.equal(sh('python3', ['-m', 'zipfile', '-e', 'e.zip', 'e']).status, 0);
  const eml = fs.readFileSync(path.join(w.folder, 'e/001-sent-referral/message.eml'), 'latin1');
  const end = eml.indexOf('\r\n\r\n');
  headers = eml.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n').filter((h) => !/^(content-length|host|connection|date):/i.test(h));
  body = eml.slice(end + 4);
});
after(async () => { await w.end(); });

// Posts as a partner's node would; returns {status, text} of the answer, checked by openssl when it is a receipt.
function post(lines, content) {
  fs.writeFileSync(path.join(w.folder, 'post'), content, 'latin1');
  const r = sh('curl', ['-sk', '-m', '30', '-D', 'answer.head', '-o', 'answer.body', '-w', '%{http_code}', '--resolve', `al.localhost:${w.al.exchangePort}:127.0.0.1`, '-H', 'Expect:', ...lines.flatMap((l) => ['-H', l]), '--data-binary', '@post', `https://al.localhost:${w.al.exchangePort}/as2`]);
  const answer = fs.existsSync(path.join(w.folder, 'answer.body')) ? fs.readFileSync(path.join(w.folder, 'answer.body'), 'latin1') : '';
  const type = fs.readFileSync(path.join(w.folder, 'answer.head'), 'latin1').match(/^content-type: (.*)$/im)?.[1] ?? '';
  let text = '';
  if (/multipart\/signed/.test(type)) {
    fs.writeFileSync(path.join(w.folder, 'mdn.eml'), `Content-Type: ${type.trim()}\r\n\r\n${answer}`, 'latin1');
    const v = sh('openssl', ['cms', '-verify', '-in', 'mdn.eml', '-CAfile', path.join(w.al.folder, 'node.crt'), '-out', 'mdn.txt']);
    assert.equal(v.status, 0, v.stderr);
    text = fs.readFileSync(path.join(w.folder, 'mdn.txt'), 'latin1');
  }
  return { status: r.stdout, answer, text };
}
const inInbox = async () => (await job.inboxLines(besa)).length;

// The signed entity of the message, changed, signed by openssl again.
function signed(change, key = w.it.folder) {
  const boundary = headers.find((h) => /^content-type:/i.test(h)).match(/boundary="?([^";]+)/)[1];
  const entity = body.split(`--${boundary}`)[1].replace(/^\r\n/, '').replace(/\r\n$/, '');
  fs.writeFileSync(path.join(w.folder, 'entity'), change(entity), 'latin1');
  const r = sh('openssl', ['cms', '-sign', '-binary', '-md', 'sha256', '-in', 'entity', '-signer', path.join(key, 'node.crt'), '-inkey', path.join(key, 'node.key'), '-outform', 'DER', '-out', 'signature']);
  assert.equal(r.status, 0, r.stderr);
  const signature = fs.readFileSync(path.join(w.folder, 'signature')).toString('base64').replace(/(.{64})/g, '$1\r\n');
  const part = `--${boundary}\r\n${fs.readFileSync(path.join(w.folder, 'entity'), 'latin1')}\r\n--${boundary}\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n\r\n${signature}\r\n--${boundary}--\r\n`;
  return part;
}

test('the same message again gets the identical receipt, and is in the inbox once', async () => {
  const seen = await inInbox();
  const [one, two] = [post(headers, body), post(headers, body)];
  assert.equal(one.status, '200');
  assert.match(one.text, /automatic-action\/MDN-sent-automatically; processed\r?\n/);
  assert.equal(one.answer, two.answer);
  assert.equal(await inInbox(), seen);
});

test('the same id with another body, well signed, is refused', async () => {
  const seen = await inInbox();
  const r = post(headers, signed((entity) => `${entity}\r\n`));
  assert.equal(r.status, '200');
  assert.match(r.text, /processed\/error|failed/i);
  assert.equal(await inInbox(), seen);
});

test('a byte changed, and a signature by another key, are refused', async () => {
  const seen = await inInbox();
  const at = body.length >> 1;
  const other = body[at] === 'A' ? 'B' : 'A';
  const flipped = post(headers, body.slice(0, at) + other + body.slice(at + 1));
  assert.match(flipped.text, /processed\/error: (authentication-failed|integrity-check-failed)|failed/i);
  const stranger = post(headers, signed((entity) => entity, w.al.folder));
  assert.match(stranger.text, /authentication-failed/i);
  assert.equal(await inInbox(), seen);
});
