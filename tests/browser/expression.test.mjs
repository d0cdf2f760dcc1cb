/* What decides in the browser whether a question is shown: the same answers as src/form/ gives, and an
 * exception for whatever is not understood (the question then stays shown).
 */
import test from 'node:test'
import assert from 'node:assert/strict'
import { parse, truth } from '../../web/js/expression.mjs'

const answers = { sex: 'female', needs: 'shelter lawyer', age: '17', none: '', day: '2026-03-01', many: '3' }
const shown = text => truth(parse(text)(name => answers[name] ?? ''))

for (const [text, wanted] of [
  ["${sex} = 'female'", true],
  ["${sex} != 'female'", false],
  ["selected(${needs}, 'lawyer')", true],
  ["selected(${needs}, 'law')", false],
  ["not(selected(${needs}, 'doctor'))", true],
  ["${none} = ''", true],
  ["${age} != ''", true],
  ['${age} < 18', true],
  ['${none} < 18', false],
  ["${none} = '' and ${age} != ''", true],
  ["${sex} = 'male' or ${age} >= 17", true],
  ["${sex} = 'male' and ${age} >= 17 or true()", true],
  ["${sex} = 'male' and (${age} >= 17 or true())", false],
  ['count-selected(${needs}) = 2', true],
  ['${many} + 2 * 2 = 7', true],
  ['(${many} + 2) * 2 = 10', true],
  ['${many} div 2 = 1.5', true],
  ['${many} mod 2 = 1', true],
  ['-${many} = -3', true],
  ["${day} > '2026-02-28'", true],
  ["if(${sex} = 'female', true(), false())", true],
  ["coalesce(${none}, ${sex}) = 'female'", true],
  ["string-length(${sex}) = 6", true],
  ['"and" = \'and\'', true]
]) test(text, () => assert.equal(shown(text), wanted))

for (const text of ['', "${sex} =", "${sex} = 'female", 'today() > ${day}', "selected(${needs})", '${sex', '1 1', '(1', "a = 'b'",
  "constructor(1)", "pulldata('x')", '${a} = 1)']) {
  test(`not understood: ${text}`, () => assert.throws(() => parse(text)))
}

test('the fields an expression looks at', () => {
  assert.deepEqual([...parse("${a} = '1' and selected(${b}, 'x')").fields], ['a', 'b'])
})
