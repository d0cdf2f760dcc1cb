// crossing.mjs - the main job, step by step, through the pages: what a person clicks and types.
//
// Each function takes a signed-in Client and returns what the next needs. Used by tools/demo (ONCE=1) and tests/script.

import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './nodes.mjs';

export const demoData = (name) => JSON.parse(fs.readFileSync(path.join(ROOT, 'data/demo', name + '.json'), 'utf8'));

export function expect(condition, what, page) {
  if (condition) return;
  const seen = page ? `\n  page: ${page.path} (${page.status}) ${page.title}\n  errors: ${page.errors.join(' | ') || '-'}\n  text: ${page.text.slice(0, 600)}` : '';
  throw new Error(what + seen);
}

const good = (page, what) => { expect(page.status === 200 && page.errors.length === 0, what, page); return page; };

export async function openCase(client, label) {
  const page = await client.get('/cases/new');
  const team = page.form('/cases').fields.find((f) => f.name === 'team')?.value;
  const opened = good(await page.submit({ label, ...(team ? { team } : {}) }, { form: '/cases' }), 'open a case');
  const code = (opened.path.match(/\/cases\/([A-Z]{2}-\d\d-\w+)/) ?? opened.html.match(/\/cases\/([A-Z]{2}-\d\d-\w+)/) ?? [])[1];
  expect(code, 'a case code', opened);
  return code;
}

export async function writeFacts(client, code, facts) {
  let page = await client.get(`/cases/${code}/facts`);
  const rows = () => [...new Set(page.form(/facts$/).fields.map((f) => (f.name ?? '').match(/^country\.(\d+)$/)?.[1]).filter((x) => x !== undefined))];
  for (let n = 0; rows().length < facts.countries.length && n < 20; n++) page = await page.submit({}, { form: /facts$/, button: { name: 'act', value: 'add' } });
  const at = rows();
  const values = {};
  facts.countries.forEach((c, i) => { values[`country.${at[i]}`] = c.country; values[`role.${at[i]}`] = c.roles; });
  if (facts.child) values.child = facts.child;
  if (facts.guardian_name) { values.guardian_name = facts.guardian_name; values.guardian_contact = facts.guardian_contact; }
  return good(await page.submit(values, { form: /facts$/, button: { name: 'act', value: 'next' } }), 'person and countries');
}

export async function recordConsent(client, code, consent) {
  const page = await client.get(`/cases/${code}/consents/new/${consent.kind}`);
  const values = { answer: consent.yes ? 'yes' : 'no', language: consent.language, interpreter: consent.interpreter ?? '', explained_by: consent.explained_by, how: consent.how };
  if (consent.comments) values.comments = consent.comments;
  if (consent.kind === 'share' && consent.yes) {
    Object.assign(values, { part: consent.compartments, country: consent.countries, purpose: consent.purpose ?? '' });
    if (consent.until) [values['until-year'], values['until-month'], values['until-day']] = consent.until.split('-');
  }
  return good(await page.submit(values), `consent: ${consent.kind}`);
}

// Answers as the fields of a page: "children[0].child_name" and so on.
function* flat(answers, prefix = '') {
  for (const [name, value] of Object.entries(answers)) {
    if (Array.isArray(value) && value.some((v) => typeof v === 'object')) for (const [i, entry] of value.entries()) yield* flat(entry, `${prefix}${name}[${i}].`);
    else yield [prefix + name, value];
  }
}

function place(fields, name, value, values) {
  const has = (n) => fields.some((f) => f.name === n);
  if (has(name)) { values[name] = Array.isArray(value) ? value : String(value); return true; }
  const text = String(value);
  const [day, time] = text.split('T');
  if (has(`${name}-day`)) {
    [values[`${name}-year`], values[`${name}-month`], values[`${name}-day`]] = day.split('-');
    if (time && has(`${name}-hour`)) [values[`${name}-hour`], values[`${name}-minute`]] = time.split(':');
    return true;
  }
  return false;
}

// One section, with repeats opened as often as needed. Returns how many answers were typed.
export async function fillSection(client, url, answers, { act = 'next' } = {}) {
  let page = good(await client.get(url), `section ${url}`);
  const form = () => page.forms.find((f) => f.fields.some((x) => x.name === 'seen'));
  for (const [name, value] of Object.entries(answers)) {
    if (!Array.isArray(value) || !value.some((v) => typeof v === 'object')) continue;
    for (let n = 0; n < value.length; n++) {
      if (form()?.fields.some((f) => f.name.startsWith(`${name}[${n}].`))) continue;
      const add = form()?.buttons.find((b) => b.name === 'act' && new RegExp(`^add[:.]?.*${name}`).test(b.value ?? ''));
      if (!add) break;
      page = await page.submit({}, { form: form(), button: add });
      expect(page.status === 200, `another entry of ${name}`, page);
    }
  }
  expect(form(), `a form on ${url}`, page);
  const values = {};
  let typed = 0;
  for (const [name, value] of flat(answers)) if (place(form().fields, name, value, values)) typed++;
  if (typed === 0) return 0;
  good(await page.submit(values, { form: form(), button: { name: 'act', value: act } }), `save ${url}`);
  return typed;
}

export async function sectionsOf(client, code, form = 'annex-i') {
  const page = good(await client.get(`/cases/${code}`), 'the case');
  return [...new Set(page.links.map((l) => l.href).filter((h) => h && h.match(new RegExp(`^/cases/${code}/forms/${form}/\\w+$`)) && !h.endsWith('/print')))];
}

export async function fillForm(client, code, answers, options) {
  let typed = 0;
  const sections = await sectionsOf(client, code);
  expect(sections.length > 0, `sections of ${code}`);
  for (const url of sections) typed += await fillSection(client, url, answers, options);
  return { sections: sections.length, typed };
}

// Country -> procedure -> body -> preview. Returns the preview page.
export async function preview(client, code, { country, procedure, body }) {
  let page = await client.get(`/cases/${code}/refer`);
  page = good(await page.submit({ country }, { form: /\/refer/ }), 'choose the country');
  page = good(await page.submit({ procedure }, { form: /\/refer/ }), 'choose the procedure');
  const form = page.form(/\/refer\/preview$/);
  const labels = [...page.html.matchAll(/<input\b([^>]*name="contact"[^>]*)>\s*<label[^>]*>([\s\S]*?)<\/label>/g)].map(([, a, l]) => ({ value: a.match(/value="([^"]*)"/)[1], label: l.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim() }));
  const chosen = body ? labels.find((l) => l.label.includes(body)) : labels[0];
  expect(chosen, `the body ${body}; there are ${labels.map((l) => l.label).join(' | ')}`, page);
  page = await page.submit({ contact: chosen.value }, { form });
  expect(page.status === 200, 'the preview', page);
  return page;
}

export async function send(page) {
  const sent = await page.submit({}, { form: /\/refer\/send$/ });
  return good(sent, 'sign and send');
}

export const timeline = async (client, code) => good(await client.get(`/cases/${code}/timeline`), 'the timeline');

// Wait for what another node does on its own; a bounded number of looks.
export async function until(what, look, { tries = 200, pause = 100 } = {}) {
  for (let n = 0; n < tries; n++) {
    const got = await look();
    if (got) return got;
    await new Promise((r) => setTimeout(r, pause));
  }
  throw new Error(`waited in vain for ${what}`);
}

export async function inboxLines(client) {
  const page = good(await client.get('/inbox'), 'the inbox');
  return page.links.filter((l) => /^\/inbox\/[0-9a-f-]{36}$/.test(l.href ?? '')).map((l) => ({ href: l.href, text: l.text }));
}

export async function accept(client, href, managerName) {
  const page = await client.get(`${href}/accept`);
  const options = [...page.html.matchAll(/<input\b([^>]*name="manager"[^>]*)>\s*<label[^>]*>([\s\S]*?)<\/label>/g)].map(([, a, l]) => ({ value: a.match(/value="([^"]*)"/)[1], label: l.trim() }));
  const manager = options.find((o) => o.label.includes(managerName)) ?? options[0];
  expect(manager, `a case manager ${managerName}`, page);
  return good(await page.submit({ manager: manager.value }), 'accept');
}

export async function decline(client, href, reason) {
  const page = await client.get(`${href}/decline`);
  return good(await page.submit({ reason }), 'decline');
}

export async function say(client, url, words) {
  const page = await client.get(url);
  return good(await page.submit({ words }), `write at ${url}`);
}
