/* main_job.test.mjs - a crossing in two windows, by keyboard alone: Italy under Italian, Albania under Albanian. axe looks at
 * every page on the way.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PEOPLE, World } from '../script/world.mjs'
import { openBrowser, Window } from './browser.mjs'
import { Keys } from './keyboard.mjs'

let world, browser, italy, albania, giulia, drita, code, theirs
const MAIN = 'main button:not([tabindex="-1"])'

before(async () => {
  world = await World.make('browser-job')
  browser = await openBrowser()
  italy = await Window.open(browser, world.it, { language: 'it' })
  albania = await Window.open(browser, world.al, { language: 'sq' })
  giulia = new Keys(italy)
  drita = new Keys(albania)
})
after(async () => {
  await browser?.close()
  await world?.end()
})

async function signIn (keys, window, person) {
  await window.go('/signin')
  await window.check('sign-in')
  await keys.type('#login', person.login)
  await keys.type('#password', person.password)
  await keys.enter('main button[data-prevent-double-click]')
  assert.equal(window.path(), '/')
}

/* Looks again until what another node does on its own has come. */
async function until (window, path, found) {
  for (let n = 0; n < 150; n++) {
    await window.go(path)
    if (await window.page.$(found)) return
    await window.page.waitForTimeout(100)
  }
  assert.fail(`${path}: waited in vain for ${found}`)
}

test('sign in and open a case', async () => {
  await signIn(giulia, italy, PEOPLE.giulia)
  await italy.check('my work')
  await giulia.enter('a[href="/cases/new"]')
  await italy.check('open a case')
  await giulia.type('#label', 'Z.')
  await giulia.enter('main button[data-prevent-double-click]')
  code = italy.path().split('/')[2]
  assert.match(code, /^IT-\d\d-\w{4}$/)
  await italy.check('the case')
})

test('person and countries', async () => {
  await giulia.enter('main a[href$="/facts"]')
  await giulia.choose('child', 'no')
  await giulia.pick('select[name="country.1"]', 'Albania')
  await giulia.tick('role.1', 'origin')
  await italy.check('person and countries')
  await giulia.enter('button[value="next"]')
  assert.equal(italy.path(), `/cases/${code}`)
  assert.match(await italy.page.textContent('main'), /Albania/)
})

test('consent to share, and separately to return', async () => {
  for (const kind of ['share', 'return']) {
    await italy.go(`/cases/${code}/consents`)
    await italy.check('consents')
    await giulia.enter(`a[href$="/consents/new/${kind}"]`)
    await italy.check(`consent: ${kind}`)
    if (kind === 'share') assert.ok(await italy.page.isHidden('input[name="part"]'), 'what may be shared is asked after a yes')
    await giulia.choose('answer', 'yes')
    if (kind === 'share') {
      for (const part of ['identity', 'circumstances', 'safety']) await giulia.tick('part', part)
      await giulia.tick('country', 'AL')
      await giulia.type('#purpose', 'Aiuto e accoglienza dopo il rientro')
    }
    await giulia.type('#language', 'albanese')
    await giulia.choose('how', 'spoken')
    await giulia.enter('main button[data-prevent-double-click]')
    assert.equal(italy.path(), `/cases/${code}/consents`)
    assert.ok(await italy.page.$('.trm-done'))
  }
})

test('a section: a real error is said, questions come and go, an entry is added', async () => {
  await italy.go(`/cases/${code}/forms/annex-i/s1_1`)
  await italy.check('1.1, empty')
  await giulia.type('input[name="person_name"]', 'Zamira Lisaku')
  await giulia.choose('sex', 'female')
  assert.ok(await italy.page.isHidden('input[name="sex_other"]'))
  await giulia.date('birth_date', 31, 2, 1999)
  await giulia.choose('age_group', 'over_18')
  await giulia.enter('button[value="next"]')
  await italy.check('1.1, wrong', { status: 422 })
  assert.ok(await italy.page.evaluate(() => document.activeElement.matches('.govuk-error-summary')), 'the focus is on the error summary')
  /* The link of the error leads to its field, by keyboard. */
  await italy.page.keyboard.press('Tab')
  await italy.page.keyboard.press('Enter')
  assert.equal(await italy.page.evaluate(() => document.activeElement.name), 'birth_date-day')
  assert.equal(await italy.page.inputValue('input[name="person_name"]'), 'Zamira Lisaku', 'the rest is kept')
  await giulia.date('birth_date', 17, 4, 1999)
  assert.ok(await italy.page.isHidden('input[name="age"]'), 'the age is asked only without a date of birth')
  await giulia.choose('children_returned', 'yes')
  await giulia.enter('button[value="add:children"]')
  await giulia.type('input[name="children[0].child_name"]', 'Era Lisaku')
  await italy.check('1.1, with a child')
  await giulia.enter('button[value="next"]')
  assert.equal(italy.path(), `/cases/${code}/forms/annex-i/s1_2`)
})

test('a long list takes several choices; a section is left half done', async () => {
  await giulia.tick('exploitation_type', 'labour')
  await giulia.pick('#transit_countries', 'Montenegro')
  await giulia.pick('#transit_countries-2', 'Croazia')
  await italy.check('1.2')
  await giulia.enter('button[value="stop"]')
  assert.equal(italy.path(), `/cases/${code}`)
  await italy.go(`/cases/${code}/forms/annex-i/s1_2`)
  assert.deepEqual(await italy.page.$$eval('select[name="transit_countries"]', all => all.map(s => s.value)), ['HR', 'ME', ''])
})

test('the other party: country, procedure, body, preview, send', async () => {
  /* The heading is ours already: date, institution, person. */
  await italy.go(`/cases/${code}/forms/annex-i/heading_exploitation`)
  assert.match(await italy.page.inputValue('input[name="exploitation_institution"]'), /Ponte di Carta/)
  await giulia.enter('button[value="stop"]')
  await italy.go(`/cases/${code}`)
  await giulia.enter('main a[href$="/refer"]')
  await italy.check('country')
  await giulia.choose('country', 'AL')
  await giulia.enter(MAIN)
  await italy.check('procedure')
  await giulia.choose('procedure', 'return')
  await giulia.enter(MAIN)
  await italy.check('body')
  const office = await italy.page.getAttribute('.govuk-radios__item:has-text("Zyra Kombëtare") input', 'value')
  await giulia.choose('contact', office)
  await giulia.enter(MAIN)
  await italy.check('preview')
  const text = await italy.page.textContent('main')
  assert.match(text, /Zamira Lisaku/)
  assert.match(text, /17 aprile 1999/)
  await giulia.enter('form[action$="/refer/send"] button')
  assert.match(italy.path(), new RegExp(`/cases/${code}/sent/`))
  await italy.check('sent')
  await until(italy, `/cases/${code}/timeline`, '[data-state="relayed"]')
  await italy.check('timeline')
})

test('Albania reads it in Albanian and accepts', async () => {
  await signIn(drita, albania, PEOPLE.drita)
  await until(albania, '/inbox', 'main a[href^="/inbox/"]')
  await albania.check('inbox')
  await drita.enter('main a[href^="/inbox/"]')
  await albania.check('the referral')
  const text = await albania.page.textContent('main')
  assert.match(text, /Emri i personit të trafikuar/)
  assert.match(text, /Zamira Lisaku/)
  assert.equal(await albania.page.getAttribute('html', 'lang'), 'sq')
  await drita.enter('a[href$="/accept"]')
  await albania.check('who will be the case manager')
  const value = await albania.page.getAttribute(`.govuk-radios__item:has-text("${PEOPLE.drita.name}") input`, 'value')
  await drita.choose('manager', value)
  await drita.enter('main button[data-prevent-double-click]')
  theirs = albania.path().split('/')[2]
  assert.match(theirs, /^AL-\d\d-\w{4}$/)
  await albania.check('the case in Albania')
})

test('part B goes back, and Italy reads it', async () => {
  await albania.go(`/cases/${theirs}/forms/annex-i/heading_origin`)
  await drita.enter('button[value="stop"]')
  await albania.go(`/cases/${theirs}/forms/annex-i/s6_4`)
  await drita.type('textarea[name="long_safety_measures"]', 'Banesë e sigurt në një qytet tjetër')
  await albania.check('6.4')
  await drita.enter('button[value="stop"]')
  await drita.enter('main a[href*="/followup/"]')
  await albania.check('what the follow-up carries')
  await drita.enter('form[action*="/followup/"] button')
  await albania.check('sent')
  await until(italy, '/inbox', 'main a[href^="/inbox/"]')
  await giulia.enter('main a[href^="/inbox/"]')
  await italy.check('the follow-up')
  await italy.go(`/cases/${code}/forms/annex-i`)
  assert.match(await italy.page.textContent('main'), /Banesë e sigurt në një qytet tjetër/)
  await italy.check('all answers')
})

test('sign out', async () => {
  await giulia.enter('form[action="/signout"] button')
  assert.equal(italy.path(), '/signin')
  await italy.go(`/cases/${code}`)
  assert.equal(italy.path(), '/signin')
})
