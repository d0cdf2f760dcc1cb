/* server.test.mjs - the HTTP server as strangers meet it: good requests, broken ones, hostile ones.
 *
 * Run by meson's suite "http" with the program in HTTP_TEST_SERVER. Slow clients are cut by the server; the
 * tests wait for that, they measure nothing.
 */
import test from 'node:test'
import assert from 'node:assert/strict'
import net from 'node:net'
import https from 'node:https'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { answers, connect, end, form, raw, request, start } from './client.mjs'

const server = await start()
test.after(async () => {
  const code = await server.stop()
  end()
  assert.equal(code, 0, server.log)
  assert.doesNotMatch(server.log, /Sanitizer|runtime error/)
})

test('a request is read: path, query, cookies, address', async () => {
  const a = await request(server, 'GET', '/show?a=1&b=%C3%AB+x&a=2&empty', { headers: { Cookie: 'one=1; junk; two=2=2' } })
  assert.equal(a.status, 200)
  const body = Buffer.from(a.body, 'latin1').toString()
  for (const line of ['path /show', 'remote 127.0.0.1', 'query a=1', 'query b=ë x', 'query a=2', 'query empty=', 'cookie one=1', 'cookie two=2=2', 'tls 0'])
    assert.match(body, new RegExp(`^${line}$`, 'm'))
  assert.doesNotMatch(body, /junk/)
})

test('the language is what the browser prefers of ours', async () => {
  const rows = [
    ['sq-AL,sq;q=0.9,en;q=0.8', 'sq'], ['fr, it;q=0.5', 'it'], ['fr', 'en'], ['', 'en'], ['*', 'en'], ['sr', 'sr-Latn'],
    ['it;q=0, sq;q=0.1', 'sq'], ['en;q=0.2, it;q=0.20, sq;q=0.3', 'sq'], ['IT', 'it'], ['it;q=x, sq;q=0.1', 'sq'], ['sr-Latn-ME', 'sr-Latn'],
    ['it;;;q,,,;=,', 'en'], ['a'.repeat(3000), 'en'],
  ]
  for (const [accept, wanted] of rows) {
    const a = await request(server, 'GET', '/show', { headers: { 'Accept-Language': accept } })
    assert.match(a.body, new RegExp(`^language ${wanted}$`, 'm'), accept)
  }
})

test('forms: urlencoded', async () => {
  const a = await request(server, 'POST', '/show', form('x=a+b%26c&y=l1%0D%0Al2%0Dl3&z=%07bell&=nameless&n'))
  assert.equal(a.status, 200)
  for (const line of ['field x=a b&c', 'field y=l1\nl2\nl3', 'field z= bell', 'field =nameless', 'field n=']) assert.ok(a.body.includes(line + '\n'), line)
})

test('forms: multipart with files', async () => {
  const b = 'xyz'
  const part = (head, content) => `--${b}\r\n${head}\r\n\r\n${content}\r\n`
  const body = 'preamble\r\n' + part('Content-Disposition: form-data; name="a"', 'one\r\ntwo') +
    part('Content-Disposition: form-data; name="f"; filename="C:\\\\folder\\\\c.pdf"\r\nContent-Type: application/pdf', '\r\n--xy\r\n') +
    part('content-disposition: form-data; name=g; filename=""', '') + part('Content-Disposition: form-data; name="e"', '') + `--${b}--\r\n`
  const a = await request(server, 'POST', '/show', { body, headers: { 'Content-Type': `multipart/form-data; boundary="${b}"` } })
  assert.equal(a.status, 200, a.body)
  assert.ok(a.body.includes('field a=one\ntwo\nfield e=\n'))
  assert.ok(a.body.includes('file f=c.pdf application/pdf 8\n'), a.body)
  assert.ok(!a.body.includes('file g'))
})

test('forms: what is broken is refused with 400', async () => {
  const urlencoded = ['x=%', 'x=%4', 'x=%zz', 'x=%FF', 'x=%C0%AF', 'x=%00', '%01=x', 'x=\xff', 'x=a\x00b', 'a%0Ab=1', 'a\r\nb=1']
  for (const body of urlencoded) {
    const a = await request(server, 'POST', '/show', { body: Buffer.from(body, 'latin1'), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
    assert.equal(a?.status, 400, body)
    assert.match(a.body, /^error 400: /)
  }
  const multipart = [
    ['multipart/form-data', '--x--'], ['multipart/form-data; boundary=', ''], [`multipart/form-data; boundary=${'b'.repeat(71)}`, ''],
    ['multipart/form-data; boundary=x', ''], ['multipart/form-data; boundary=x', '--x'], ['multipart/form-data; boundary=x', '--x\r\n'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a\r\n\r\nv\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: attachment; name="a"\r\n\r\nv\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x\r\nno colon\r\n\r\nv\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\nv\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\xff\r\n--x--'],
    ['multipart/form-data; boundary=x', '--x junk\r\n\r\n'],
  ]
  for (const [type, body] of multipart) {
    const a = await request(server, 'POST', '/show', { body: Buffer.from(body, 'latin1'), headers: { 'Content-Type': type } })
    assert.equal(a?.status, 400, `${type} ${body}`)
  }
})

test('forms: too many fields, too long names', async () => {
  const many = await request(server, 'POST', '/show', form(Array.from({ length: 5000 }, (_, i) => `f${i}=1`).join('&')))
  assert.equal(many.status, 413)
  const long = await request(server, 'POST', '/show', form(`${'n'.repeat(300)}=1`))
  assert.equal(long.status, 413)
  const query = await request(server, 'GET', '/show?' + Array.from({ length: 70 }, (_, i) => `f${i}=1`).join('&'))
  assert.equal(query.status, 414)
})

test('forms: another media type is refused with 415', async () => {
  const a = await request(server, 'POST', '/show', { body: '{}', headers: { 'Content-Type': 'application/json' } })
  assert.equal(a.status, 415)
  const none = await request(server, 'POST', '/show', { body: 'x=1' })
  assert.equal(none.status, 415)
})

test('addresses that lead elsewhere are refused', async () => {
  const rows = ['/../etc/passwd', '/show/../show', '/./show', '//show', '/show//x', '/%2e%2e/etc', '/.%2E/x', '/a%2fb', '/a%2Fb', '/a%5cb', '/a\\b',
    '/a%00b', '/a%0d%0ab', '/%ff', '/show?x=%', 'show', '*', '/a%23b', '/show/', 'ftp://x/show', 'http://', '/%c0%ae%c0%ae/x', '/static/00/%2e%2e/%2e%2e/etc']
  for (const target of rows) {
    const a = await request(server, 'GET', target)
    assert.equal(a?.status, 400, target)
  }
  const long = await request(server, 'GET', '/' + 'a'.repeat(9000))
  assert.equal(long.status, 414)
  for (const target of ['/nothing', '/static/00/x/y', '/static/00/.hidden', '/static/xyz/app.css', '/slow/abc', '/slow/-1', '/cases/x'])
    assert.equal((await request(server, 'GET', target)).status, 404, target)
  assert.equal((await request(server, 'GET', 'http://other.example/show?a=b')).status, 200)
})

test('methods: HEAD like GET, others with Allow', async () => {
  const c = connect(server)
  await c.send('HEAD /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await c.closed
  const text = c.received()
  assert.match(text, /^HTTP\/1\.1 200/)
  assert.match(text, /content-length: 16384/i)
  assert.equal(text.indexOf('\r\n\r\n') + 4, text.length)
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'XYZZY']) {
    const a = await request(server, method, '/page')
    assert.equal(a?.status, 405, method)
    assert.equal(a.headers.allow, 'GET, HEAD')
  }
  const both = await request(server, 'DELETE', '/show')
  assert.equal(both.headers.allow, 'GET, HEAD, POST')
  assert.equal((await request(server, 'POST', '/page')).status, 405)
})

test('the literal part of a path goes before a parameter', async () => {
  const a = await request(server, 'GET', '/cases/new')
  assert.equal(a.status, 200)
  assert.doesNotMatch(a.body, /parameter/)
})

test('every answer has the headers that keep it safe', async () => {
  const all = [
    await request(server, 'GET', '/show'), await request(server, 'GET', '/nothing'), await request(server, 'GET', '/a%00'), await request(server, 'GET', '/redirect'),
    await request(server, 'GET', '/fail/bug'), await request(server, 'GET', '/closed'), await request(server, 'GET', '/static/fedcba987654/app.css'),
    await request(server, 'POST', '/show', form('x'.repeat(1100000))),
  ]
  for (const a of all) {
    const csp = a.headers['content-security-policy']
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(csp.includes(part), part)
    assert.doesNotMatch(csp, /unsafe/)
    assert.equal(a.headers['x-content-type-options'], 'nosniff')
    assert.equal(a.headers['referrer-policy'], 'no-referrer')
    assert.equal(a.headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(a.headers['cross-origin-resource-policy'], 'same-origin')
    assert.ok(a.headers['permissions-policy'])
    assert.equal(a.headers['strict-transport-security'], undefined)
    assert.ok(!('server' in a.headers))
    const stored = a.headers['cache-control']
    assert.ok(stored === 'no-store' || stored.includes('immutable'))
  }
})

test('answers can not be split nor redirected elsewhere', async () => {
  for (const v of ['a%0D%0AX-Evil:%201', 'a%0AX-Evil:%201', 'a%0DX-Evil:%201']) {
    const a = await request(server, 'GET', `/header?v=${v}`)
    assert.equal(a.status, 500)
    assert.equal(a.headers['x-evil'], undefined)
    assert.equal(a.headers['x-sent'], undefined)
  }
  assert.equal((await request(server, 'GET', '/header?v=plain')).headers['x-sent'], 'plain')
  for (const to of ['//evil.example/', 'https://evil.example/', '/%5Cevil.example', '/%09/evil.example', 'show', '/a%0Ab', '/%C3%AB']) {
    const a = await request(server, 'GET', `/redirect?to=${to}`)
    assert.equal(a.status, 500, to)
    assert.equal(a.headers.location, undefined)
  }
  const fine = await request(server, 'GET', '/redirect?to=/cases/x%3Fa')
  assert.equal(fine.status, 303)
  assert.equal(fine.headers.location, '/cases/x?a')
})

test('failures have their status; our own say nothing', async () => {
  const rows = { denied: 403, conflict: 409, bug: 500, busy: 503, missing: 404, nonsense: 400 }
  for (const [kind, status] of Object.entries(rows)) {
    const a = await request(server, 'GET', `/fail/${kind}`)
    assert.equal(a.status, status)
    assert.equal(a.body.includes('secret detail'), kind !== 'bug' && kind !== 'nonsense')
  }
  assert.equal((await request(server, 'GET', '/closed')).status, 403)
  assert.equal((await request(server, 'GET', '/fail/busy')).headers['retry-after'], '5')
})

test('forms of other sites are refused', async () => {
  const page = await request(server, 'GET', '/token')
  const token = page.body.trim()
  const set = page.headers['set-cookie']
  assert.match(set, /^visitor=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Strict$/)
  const Cookie = `visitor=${token}`
  const post = (body, headers = {}) => request(server, 'POST', '/guarded', form(body, { Cookie, ...headers }))
  const good = `x=1&csrf=${token}`
  assert.equal((await post(good)).status, 200)
  assert.equal((await post(good, { 'Sec-Fetch-Site': 'same-origin' })).status, 200)
  assert.equal((await post(good, { Origin: 'null' })).status, 200)
  assert.equal((await post(good, { Origin: `http://127.0.0.1:${server.port}` })).status, 200)
  assert.equal((await post('x=1', { 'X-CSRF-Token': token })).status, 200)
  assert.equal((await post('x=1')).status, 403)
  assert.equal((await post(`x=1&csrf=${'0'.repeat(32)}`)).status, 403)
  assert.equal((await post(`x=1&csrf=${token}0`)).status, 403)
  assert.equal((await post('x=1&csrf=')).status, 403)
  assert.equal((await request(server, 'POST', '/guarded', form(good))).status, 403)
  assert.equal((await request(server, 'POST', '/guarded', form('csrf=', { Cookie: 'visitor=' }))).status, 403)
  for (const site of ['cross-site', 'same-site', 'x']) assert.equal((await post(good, { 'Sec-Fetch-Site': site })).status, 403)
  for (const origin of ['http://evil.example', `https://127.0.0.1:${server.port}`, `http://127.0.0.1:${server.port}.evil`, 'http://'])
    assert.equal((await post(good, { Origin: origin })).status, 403, origin)
})

test('the rules of a form name what is wrong', async () => {
  const post = async (body) => (await request(server, 'POST', '/validated', form(body))).body
  assert.equal(await post('user=Ana&until-day=28&until-month=2&until-year=2027'), 'fine\n')
  assert.equal(await post('user=&until-day=&until-month=&until-year='), 'fault user: Enter a name\nfault until-day: Enter a date\n')
  assert.equal(await post('user=12345678901&until-day=31&until-month=2&until-year=2027'), 'fault user: Shorter\nfault until-day: No such day\n')
  assert.equal(await post('user=a&user=b&until-day=1&until-month=2&until-year=2027'), 'fault user: Shorter\n')
  assert.match(await post('user=a&until-day=1&until-month=2&until-year=2027&admin=1'), /^error 400/)
  assert.equal(await post('user=ëëëëëëëëëë&until-day=1&until-month=1&until-year=1'), 'fine\n')
})

test('static files: compressed, tagged, kept', async () => {
  const get = (target, headers) => request(server, 'GET', target, { headers })
  const plain = await get('/static/fedcba987654/app.css')
  assert.equal(plain.body, 'body{}')
  assert.match(plain.headers['cache-control'], /immutable/)
  assert.equal(plain.headers.vary, 'Accept-Encoding')
  const zipped = await get('/static/fedcba987654/app.css', { 'Accept-Encoding': 'br, gzip;q=0.5' })
  assert.equal(zipped.body, 'zipped')
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.notEqual(zipped.headers.etag, plain.headers.etag)
  assert.equal((await get('/static/fedcba987654/app.css', { 'Accept-Encoding': 'gzip;q=0, br' })).body, 'body{}')
  assert.equal((await get('/static/000000000000/app.css')).headers['cache-control'], 'no-cache')
  const again = await get('/static/fedcba987654/app.css', { 'If-None-Match': `"x", ${plain.headers.etag}` })
  assert.equal(again.status, 304)
  assert.equal(again.body, '')
  assert.equal((await get('/static/fedcba987654/app.css', { 'If-None-Match': '"x"' })).status, 200)
})

test('a body over the limit is answered with a page, however it is sent', async () => {
  const big = 'x='.padEnd(10 * 1024 * 1024, 'a')
  const sent = await request(server, 'POST', '/show', form(big))
  assert.equal(sent.status, 413)
  assert.match(sent.body, /larger than this page takes/)
  const c = connect(server)
  await c.send(`POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: ${big.length}\r\nExpect: 100-continue\r\n\r\n`)
  const text = await c.until((t) => answers(t).length > 0)
  assert.equal(answers(text)[0].status, 413)
  assert.doesNotMatch(text, /100 Continue/)
  c.end()
  const chunk = 'a'.repeat(65536)
  const chunked = await raw(server, 'POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' + `10000\r\n${chunk}\r\n`.repeat(20) + '0\r\n\r\n')
  assert.equal(chunked.status, 413)
  const endless = await raw(server, `POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 ** 40}\r\n\r\nabc`)
  assert.equal(endless.status, 413)
  const onGet = await request(server, 'GET', '/show', { body: 'x' })
  assert.equal(onGet.status, 413)
  const large = await request(server, 'POST', '/raw', { body: big })
  assert.match(large.body, new RegExp(`^body ${big.length}$`, 'm'))
})

test('bodies together have a limit; what is given up is given back', async () => {
  const part = Buffer.alloc(15 << 20, 'a')
  const head = `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: ${16 << 20}\r\n\r\n`
  const held = [connect(server), connect(server)]
  for (const c of held) await c.send(Buffer.concat([Buffer.from(head), part]))
  let third
  do third = await request(server, 'POST', '/raw', { body: part }) /* the others may not have been read yet */
  while (third.status === 200 && held.every((c) => !c.socket.destroyed))
  assert.equal(third.status, 503)
  held.forEach((c) => c.end())
  do third = await request(server, 'POST', '/raw', { body: part })
  while (third.status === 503)
  assert.equal(third.status, 200)
})

test('a body in chunks, with trailers, and asked to wait', async () => {
  const a = await raw(server, 'POST /show HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n' +
    '2\r\nx=\r\n1;ext=1\r\n1\r\n0\r\nX-Trailer: 1\r\n\r\n')
  assert.match(a.body, /^field x=1$/m)
  const c = connect(server)
  await c.send('POST /show HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
  await c.until((t) => t.includes('100 Continue'))
  await c.send('x=1')
  const text = await c.until((t) => answers(t).length > 0)
  assert.match(answers(text)[0].body, /^field x=1$/m)
  c.end()
})

test('a length said twice or unclearly is refused', async () => {
  const rows = [
    'Content-Length: 3\r\nTransfer-Encoding: chunked', 'Content-Length: 3\r\nContent-Length: 4', 'Content-Length: 3\r\nContent-Length: 3', 'Transfer-Encoding: gzip',
    'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'Content-Length: -1', 'Content-Length: +3', 'Content-Length: 3x',
    'Content-Length: 99999999999999999999999', 'Content-Length: 0x3', 'Content-Length: ', 'Host: other',
  ]
  for (const lines of rows) {
    const c = connect(server)
    await c.send(`POST /show HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n0\r\n\r\nGET /show HTTP/1.1\r\nHost: x\r\n\r\n`)
    const text = await c.until((t) => answers(t).length > 1)
    const all = answers(text)
    assert.ok(all.length <= 1, `${lines}: a second request was read`)
    if (all.length) assert.ok([400, 413].includes(all[0].status), `${lines}: ${all[0].status}`)
    c.end()
  }
})

test('what is no HTTP is answered 400 or cut', async () => {
  const rows = ['GET /show HTTP/1.1\r\n\r\n', 'GET /show\r\n\r\n', '\x16\x03\x01\x02\x00', 'GET /show HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET /show HTTP/1.1\r\nHost x\r\n\r\n', '\r\n\r\n\r\n', 'POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n', 'GET /sh ow HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc\r\n']
  for (const bytes of rows) {
    const c = connect(server)
    await c.send(Buffer.from(bytes, 'latin1'))
    const text = await c.until((t) => t.includes('\r\n\r\n'))
    assert.ok(text === '' || /^HTTP\/1\.[01] (400|413|505)/.test(text), `${JSON.stringify(bytes)}: ${text.slice(0, 100)}`)
    c.end()
  }
  assert.equal((await request(server, 'GET', '/show')).status, 200)
})

test('a header of any size does no harm', async () => {
  const big = await raw(server, `GET /show HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(100000)}\r\n\r\n`)
  assert.ok(big === undefined || big.status === 431 || big.status === 413, String(big?.status))
  const many = await raw(server, 'GET /show HTTP/1.1\r\nHost: x\r\n' + Array.from({ length: 100 }, (_, i) => `X-${i}: 1\r\n`).join('') + '\r\n')
  assert.equal(many.status, 431)
  const odd = await request(server, 'GET', '/show', { headers: { Cookie: 'a=\xff\xfe', 'X-Odd': 'a\x01b' } })
  assert.equal(odd.status, 200)
  assert.doesNotMatch(odd.body, /cookie/)
})

test('requests in one packet are answered in order', async () => {
  const c = connect(server)
  const one = (target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`
  const body = 'x=1'
  await c.send(one('/slow/60') + one('/cases/new') + `POST /show HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n${body}` + one('/nothing'))
  const text = await c.until((t) => answers(t).length === 4)
  const all = answers(text)
  assert.deepEqual(all.map((a) => a.status), [200, 200, 200, 404])
  assert.equal(all[0].body, 'slept\n')
  assert.match(all[2].body, /field x=1/)
  c.end()
})

test('a request may come byte by byte', async () => {
  const c = connect(server)
  c.socket.setNoDelay(true)
  for (const b of 'POST /show HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\nx=1') await c.send(b)
  const text = await c.until((t) => answers(t).length > 0)
  assert.match(answers(text)[0].body, /field x=1/)
  c.end()
})

/** Sends a byte again and again until the server ends the connection. */
async function trickle(first, byte) {
  const before = (await server.counts()).cut
  const c = connect(server)
  await c.send(first)
  const timer = setInterval(() => c.socket.write(byte), 100)
  await c.closed
  clearInterval(timer)
  assert.ok((await server.counts()).cut > before)
  return c.received()
}

test('slow clients are cut: in the headers', async () => {
  assert.equal(answers(await trickle('GET /show HTTP/1.1\r\nHost: x\r\n', 'X'))[0].status, 408)
})

test('slow clients are cut: before the first line', async () => {
  assert.equal(await trickle('', 'G'), '')
})

test('slow clients are cut: in the body', async () => {
  assert.equal(answers(await trickle('POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'x'))[0].status, 408)
})

test('slow clients are cut: in a body that is refused', async () => {
  assert.equal(answers(await trickle('POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'x'))[0].status, 408)
})

test('slow clients are cut: between requests', async () => {
  const c = connect(server)
  await c.send('GET /show HTTP/1.1\r\nHost: x\r\n\r\n')
  await c.closed
  assert.equal(answers(c.received()).length, 1)
})

test('slow clients are cut: those that do not read', async () => {
  const before = (await server.counts()).cut
  const c = connect(server)
  c.socket.pause()
  await c.send('GET /large/30000000 HTTP/1.1\r\nHost: x\r\n\r\n')
  let counts
  do counts = await server.counts()
  while (counts.cut === before)
  c.end()
  assert.equal((await request(server, 'GET', '/show')).status, 200)
})

test('a slow reader who goes on reading is served', async () => {
  const c = connect(server)
  let n = 0
  c.socket.on('data', (d) => {
    n += d.length
    c.socket.pause()
    setTimeout(() => c.socket.resume(), 10)
  })
  await c.send('GET /large/20000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await c.closed
  assert.ok(n > 20000000, String(n))
})

test('connections cut by the client leave nothing behind', async () => {
  for (const bytes of ['', 'GET', 'GET /show HTTP/1.1\r\nHost: x\r\n', 'POST /show HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc',
    'POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n' + 'a'.repeat(300000), 'GET /slow/100 HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /large/5000000 HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /show HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab']) {
    for (let i = 0; i < 5; i++) {
      const c = connect(server)
      await c.send(bytes)
      if (i % 2) c.socket.resetAndDestroy()
      else c.end()
    }
  }
  let counts
  do counts = await server.counts()
  while (counts.connections > 0)
  assert.equal((await request(server, 'GET', '/show')).status, 200)
})

test('when the queue is full, 503 and Retry-After', async () => {
  const all = await Promise.all(Array.from({ length: 16 }, () => request(server, 'GET', '/slow/300')))
  const statuses = all.map((a) => a.status)
  assert.ok(statuses.includes(200) && statuses.includes(503), String(statuses))
  assert.ok(statuses.every((s) => s === 200 || s === 503))
  const refused = all.find((a) => a.status === 503)
  assert.equal(refused.headers['retry-after'], '5')
  assert.match(refused.body, /busy/)
  assert.ok((await server.counts()).refused > 0)
  assert.equal((await request(server, 'GET', '/show')).status, 200)
})

test('what is slow holds up nobody else', async () => {
  let finished = 0
  const slow = Array.from({ length: 20 }, () =>
    request(server, 'GET', '/hash/1000').then((a) => {
      if (a.status === 200) finished++
      return a.status
    })
  )
  const refused = await Promise.any(slow) /* its queue is full: 20 have arrived */
  assert.equal(refused, 503)
  for (let i = 0; i < 5; i++) assert.equal((await request(server, 'GET', '/show')).status, 200)
  assert.equal(finished, 0, 'the quick ones did not wait for the slow ones')
  const done = (await Promise.all(slow)).filter((s) => s === 200).length
  assert.ok(done >= 4 && done <= 6, String(done)) /* 4 waiting, and up to 2 at work when the others came */
})

test('many connections: those that wait are served when others end', async () => {
  const crowd = Array.from({ length: 230 }, () => connect(server))
  const one = await request(server, 'GET', '/show') /* idle ones are cut under pressure */
  assert.equal(one.status, 200)
  crowd.forEach((c) => c.end())
  const all = []
  for (let i = 0; i < 300; i += 6)
    all.push(...(await Promise.all(Array.from({ length: 6 }, () => request(server, 'GET', '/page')))))
  assert.ok(all.every((a) => (a.status === 200 && a.body.length === 16384) || a.status === 503))
  assert.ok(all.filter((a) => a.status === 200).length > 200)
})

test('curl agrees', { skip: !has('curl') }, async () => {
  const curl = async (...args) => (await promisify(execFile)('curl', ['-s', '--max-time', '20', ...args], { maxBuffer: 1 << 26 })).stdout
  const url = (path) => `http://127.0.0.1:${server.port}${path}`
  assert.match(await curl('-F', 'a=1', '-F', `f=@${process.argv[1]};type=text/plain`, url('/show')), /field a=1\nfile f=server\.test\.mjs text\/plain \d+/)
  assert.match(await curl('--data-urlencode', 'x=ë & y', url('/show')), /field x=ë & y/)
  assert.match(await curl('--path-as-is', url('/../../etc/passwd')), /^error 400/)
  assert.equal((await curl(url('/page'), url('/page'))).length, 2 * 16384)
  assert.match(await curl('--http1.0', url('/show')), /path \/show/)
  assert.match(await curl('-I', url('/page')), /^HTTP\/1\.1 200/)
})

test('under TLS: HSTS, __Host- cookies, no old versions', { skip: !has('openssl', 'version') || !has('curl') }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'http-'))
  const [certificate, key] = [join(folder, 'c.pem'), join(folder, 'k.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-subj', '/CN=localhost', '-days', '2',
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' })
  const secure = await start([certificate, key])
  const ca = readFileSync(certificate)
  const get = (path, options = {}) => new Promise((resolve, reject) => {
    const r = https.request({ host: '127.0.0.1', port: secure.port, path, ca, ...options }, (a) => {
      let body = ''
      a.on('data', (d) => { body += d })
      a.on('end', () => resolve({ status: a.statusCode, headers: a.headers, body }))
    })
    r.on('error', reject)
    r.end(options.body)
  })
  const a = await get('/cookie', { headers: { Cookie: 'session=wrong; __Host-session=right' } })
  assert.equal(a.status, 200)
  assert.equal(a.body, 'right')
  assert.match(a.headers['strict-transport-security'], /max-age=\d{7,}/)
  assert.match(a.headers['set-cookie'][0], /^__Host-session=abc; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=60$/)
  assert.match((await get('/show')).body, /^tls 1$/m)
  assert.equal((await get('/show', { maxVersion: 'TLSv1.2' })).status, 200)
  await assert.rejects(get('/show', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }))
  await assert.rejects(get('/show', { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }))
  const body = 'x='.padEnd(500000, 'a')
  const posted = await get('/show', { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length } })
  assert.match(posted.body, /\(499998 bytes\)/)
  assert.equal((await get('/large/3000000')).body.length, 3000000)
  const agent = new https.Agent({ keepAlive: true, maxSockets: 8 })
  const many = await Promise.all(Array.from({ length: 60 }, () => get('/page', { agent })))
  assert.ok(many.every((m) => m.status === 200 || m.status === 503))
  agent.destroy()
  /* No TLS at all, and a handshake that never ends */
  assert.ok((await raw(secure, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')) === undefined)
  const c = connect(secure)
  const timer = setInterval(() => c.socket.write('\x16'), 100)
  await c.closed
  clearInterval(timer)
  assert.equal(await secure.stop(), 0, secure.log)
  const wrong = await start([certificate, certificate])
  assert.equal((await wrong.exited)[0], 1)
  assert.match(wrong.log, /certificate or its key/)
  rmSync(folder, { recursive: true })
})

test('stops in good order: what has come is answered, also what waits; nothing new is taken', async () => {
  const other = await start()
  const all = Array.from({ length: 4 }, () => connect(other))
  for (const c of all) await c.send('GET /slow/300 HTTP/1.1\r\nHost: x\r\n\r\n')
  let counts
  do counts = await other.counts()
  while (counts.queued < 2) /* two are being answered */
  const idle = connect(other)
  await once(idle.socket, 'connect')
  const stopped = other.stop()
  for (const c of all) {
    const text = await c.until((t) => answers(t).length === 1)
    assert.equal(answers(text)[0]?.status, 200)
    assert.equal(answers(text)[0].headers.connection?.toLowerCase(), 'close')
  }
  assert.equal(await stopped, 0, other.log)
  await idle.closed
  const late = net.connect(other.port, '127.0.0.1')
  const [error] = await once(late, 'error')
  assert.equal(error.code, 'ECONNREFUSED')
})

function has(command, argument = '--version') {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
