// client.mjs - a browser without a screen: cookies, redirects, and forms as they stand in the page.
//
// It posts only what a browser would: the fields of a form that the page holds, with their values, changed by name. So a
// test that passes here says that a person could have done it. Used by tests/script and tools/demo.

import http from 'node:http';
import https from 'node:https';

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#x2F': '/', '#x60': '`', '#x3D': '=' };
export const unescapeHtml = (s) => s.replace(/&(#?\w+);/g, (all, name) => ENTITIES[name] ?? all);

function attributes(tag) {
  const out = {};
  for (const [, name, value] of tag.matchAll(/([\w:.-]+)(?:="([^"]*)")?/g)) out[name] = value === undefined ? '' : unescapeHtml(value);
  return out;
}

// The forms of a page: [{action, method, enctype, fields: [{name, type, value, checked, options}], buttons}]
export function formsOf(html) {
  const forms = [];
  for (const [, open, inside] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    const form = { ...attributes(open), fields: [], buttons: [] };
    for (const [all, input, open, pair, rest1, text] of inside.matchAll(/<(input)\b([^>]*)>|<(textarea|select|button)\b([^>]*)>([\s\S]*?)<\/\3>/g)) {
      const name = input ?? pair, rest = input ? open : rest1;
      const a = attributes(rest);
      if (name === 'button') {
        if (a.type !== 'button') form.buttons.push({ ...a, text: unescapeHtml((text ?? '').replace(/<[^>]*>/g, '')).trim() });
      } else if (name === 'input') {
        form.fields.push({ name: a.name, type: a.type ?? 'text', value: a.value ?? (['checkbox', 'radio'].includes(a.type) ? 'on' : ''), checked: 'checked' in a });
      } else if (name === 'textarea') {
        form.fields.push({ name: a.name, type: 'textarea', value: unescapeHtml((all.match(/>([\s\S]*?)<\/textarea>/) ?? ['', ''])[1].replace(/^\n/, '')) });
      } else {
        const options = [...all.matchAll(/<option\b([^>]*)>([\s\S]*?)<\/option>/g)].map(([, o, label]) => ({ ...attributes(o), label: unescapeHtml(label.trim()) }));
        form.fields.push({ name: a.name, type: 'select', options, value: (options.find((o) => 'selected' in o) ?? options[0] ?? { value: '' }).value });
      }
    }
    forms.push(form);
  }
  return forms;
}

// What a browser would send of a form as it stands: [[name, value], ...]
export function standing(form) {
  const out = [];
  for (const f of form.fields) {
    if (!f.name || ['submit', 'button', 'image', 'reset', 'file'].includes(f.type)) continue;
    if (['checkbox', 'radio'].includes(f.type) && !f.checked) continue;
    out.push([f.name, f.value ?? '']);
  }
  return out;
}

export class Page {
  constructor(client, path, status, headers, body) { Object.assign(this, { client, path, status, headers, body }); }
  get html() { return this.body.toString('utf8'); }
  get text() {
    return unescapeHtml(this.html.replace(/<head>[\s\S]*?<\/head>/, '').replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ').trim();
  }
  get title() { return unescapeHtml((this.html.match(/<title>([\s\S]*?)<\/title>/) ?? ['', ''])[1].trim()); }
  get forms() { return formsOf(this.html); }
  get links() { return [...this.html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)].map(([, a, t]) => ({ ...attributes(a), text: unescapeHtml(t.replace(/<[^>]*>/g, '')).trim() })); }
  // The error summary's messages.
  get errors() {
    const box = this.html.match(/govuk-error-summary__list[\s\S]*?<\/ul>/);
    return box ? [...box[0].matchAll(/<li[^>]*>([\s\S]*?)<\/li>/g)].map(([, t]) => unescapeHtml(t.replace(/<[^>]*>/g, '')).trim()) : [];
  }
  link(match) {
    const l = this.links.find((x) => (match instanceof RegExp ? match.test(x.href ?? '') : x.href === match || x.text === match));
    if (!l) throw new Error(`${this.path}: no link ${match}; there are ${this.links.map((x) => x.href).join(' ')}`);
    return l.href;
  }
  form(match) {
    const f = this.forms.find((x) => (match === undefined ? x.method === 'post' && x.action !== '/signout' && !/language/.test(x.action ?? '') : match instanceof RegExp ? match.test(x.action ?? '') : x.action === match));
    if (!f) throw new Error(`${this.path}: no form ${match}; there are ${this.forms.map((x) => x.action).join(' ')}`);
    return f;
  }
  follow(match) { return this.client.get(this.link(match)); }
  // Fill in and send a form: values by name; an array for several; null takes a field out. `button`: {name, value}.
  submit(values, { form, button, action } = {}) {
    const f = typeof form === 'object' && form && form.fields ? form : this.form(form);
    let pairs = standing(f);
    for (const [name, value] of Object.entries(values)) {
      const known = f.fields.filter((x) => x.name === name);
      if (known.length === 0) throw new Error(`${this.path}: the form ${f.action} has no field ${name}; it has ${[...new Set(f.fields.map((x) => x.name))].join(' ')}`);
      pairs = pairs.filter(([n]) => n !== name);
      for (const v of value === null ? [] : Array.isArray(value) ? value : [value]) {
        if (['radio', 'checkbox'].includes(known[0].type) && !known.some((x) => x.value === String(v)))
          throw new Error(`${this.path}: ${name} has no choice ${v}; it has ${known.map((x) => x.value).join(' ')}`);
        if (known[0].type === 'select' && !known[0].options.some((o) => o.value === String(v)))
          throw new Error(`${this.path}: ${name} has no option ${v}`);
        pairs.push([name, String(v)]);
      }
    }
    if (button) pairs.push([button.name, button.value ?? '']);
    const to = action ?? f.action ?? this.path;
    if ((f.method ?? 'get') !== 'post') return this.client.get(`${to.split('?')[0]}?${new URLSearchParams(pairs)}`);
    return this.client.post(to, pairs);
  }
}

export class Client {
  // `at`: the address to connect to; `ca`: the authority of an https origin.
  constructor(origin, { language, at = '127.0.0.1', ca } = {}) {
    this.origin = new URL(origin);
    this.cookies = new Map();
    this.language = language;
    this.at = at;
    this.http = this.origin.protocol === 'https:' ? https : http;
    this.agent = new this.http.Agent({ keepAlive: true, ca, servername: this.origin.hostname });
  }
  raw(method, path, { headers = {}, body, timeout = 60000 } = {}) {
    return new Promise((resolve, reject) => {
      const all = { host: this.origin.host, ...headers };
      if (this.cookies.size && !('cookie' in all)) all.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
      if (this.language && !all['accept-language']) all['accept-language'] = this.language;
      if (body !== undefined && !('content-length' in all) && !('transfer-encoding' in all)) all['content-length'] = Buffer.byteLength(body);
      const rq = this.http.request({ host: this.at, port: this.origin.port, method, path, headers: all, agent: this.agent, timeout }, (rs) => {
        const parts = [];
        rs.on('data', (d) => parts.push(d));
        rs.on('error', reject);
        rs.on('end', () => {
          for (const line of rs.headers['set-cookie'] ?? []) {
            const [pair, ...rest] = line.split(';');
            const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
            if (rest.some((r) => /max-age=0/i.test(r))) this.cookies.delete(name.trim());
            else this.cookies.set(name.trim(), value);
          }
          resolve(new Page(this, path, rs.statusCode, rs.headers, Buffer.concat(parts)));
        });
      });
      rq.on('timeout', () => rq.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)));
      rq.on('error', reject);
      rq.end(body);
    });
  }
  async arrive(page) {
    for (let n = 0; [302, 303, 307].includes(page.status) && n < 5; n++) page = await this.raw('GET', page.headers.location.split('#')[0]);
    return page;
  }
  async get(path) { return this.arrive(await this.raw('GET', path)); }
  async post(path, pairs, headers = {}) {
    const body = new URLSearchParams(pairs).toString();
    return this.arrive(await this.raw('POST', path, { body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin.origin, ...headers } }));
  }
  async signIn(login, password) {
    const page = await this.get('/signin');
    return page.submit({ login, password }, { form: '/signin' });
  }
  close() { this.agent.destroy(); }
}
