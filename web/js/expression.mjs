/* The part of XLSForm's expressions that decides whether a question is shown, for the page only: the
 * server decides what counts. What is not understood here throws, and the question stays shown.
 *
 *   parse("${sex} = 'female' and selected(${needs}, 'shelter')") -> f(read) -> value
 *
 * `read(name)` gives the answer as text ("" if none; several choices separated by spaces).
 * Semantics are those of src/form/ (the ODK subset of XPath 1.0).
 */
const TOKEN = /\s*(?:\$\{([A-Za-z0-9_-]+)\}|('[^']*'|"[^"]*")|(\d+(?:\.\d+)?)|(!=|<=|>=|[=<>()+*,-])|([A-Za-z][A-Za-z0-9_-]*))/y

function tokens (text) {
  const out = []
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const found = TOKEN.exec(text)
    if (!found) throw new SyntaxError('not understood')
    const [, field, quoted, number, sign, word] = found
    if (field !== undefined) out.push({ kind: 'field', is: field })
    else if (quoted !== undefined) out.push({ kind: 'text', is: quoted.slice(1, -1) })
    else if (number !== undefined) out.push({ kind: 'number', is: Number(number) })
    else out.push({ kind: sign !== undefined ? 'sign' : 'word', is: sign ?? word })
  }
  return out
}

export const truth = value => typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value)

const number = value => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  return value.trim() === '' ? NaN : Number(value)
}
const text = value => typeof value === 'number' ? (Number.isNaN(value) ? 'NaN' : String(value)) : String(value)
const isDay = value => typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)

/* XPath 1.0, 3.4: booleans decide, then numbers, then text. */
function same (a, b) {
  if (typeof a === 'boolean' || typeof b === 'boolean') return truth(a) === truth(b)
  if (typeof a === 'number' || typeof b === 'number') return number(a) === number(b)
  return a === b
}

function ordered (a, b, test) {
  if (isDay(a) && isDay(b)) return test(a < b ? -1 : a > b ? 1 : 0)
  const x = number(a)
  const y = number(b)
  return Number.isNaN(x) || Number.isNaN(y) ? false : test(x - y)
}

const chosen = value => text(value).split(/\s+/).filter(Boolean)

const FUNCTIONS = {
  true: [0, () => true],
  false: [0, () => false],
  not: [1, a => !truth(a)],
  boolean: [1, a => truth(a)],
  number: [1, a => number(a)],
  string: [1, a => text(a)],
  selected: [2, (list, one) => chosen(list).includes(text(one))],
  'count-selected': [1, list => chosen(list).length],
  'string-length': [1, a => text(a).length],
  if: [3, (test, yes, no) => truth(test) ? yes : no],
  coalesce: [2, (a, b) => text(a) !== '' ? a : b]
}

/* Loosest first; each level is left-associative. */
const LEVELS = [
  { or: (a, b) => truth(a) || truth(b) },
  { and: (a, b) => truth(a) && truth(b) },
  { '=': same, '!=': (a, b) => !same(a, b) },
  {
    '<': (a, b) => ordered(a, b, d => d < 0),
    '<=': (a, b) => ordered(a, b, d => d <= 0),
    '>': (a, b) => ordered(a, b, d => d > 0),
    '>=': (a, b) => ordered(a, b, d => d >= 0)
  },
  { '+': (a, b) => number(a) + number(b), '-': (a, b) => number(a) - number(b) },
  {
    '*': (a, b) => number(a) * number(b),
    div: (a, b) => number(a) / number(b),
    mod: (a, b) => number(a) % number(b)
  }
]

export function parse (source) {
  const list = tokens(source)
  let at = 0
  const fields = new Set()
  const peek = () => list[at] ?? { kind: 'end', is: '' }
  const take = is => {
    if (peek().is !== is || peek().kind === 'text') throw new SyntaxError('not understood')
    at++
  }

  function level (n) {
    if (n === LEVELS.length) return single()
    let left = level(n + 1)
    for (;;) {
      const { kind, is } = peek()
      if ((kind !== 'sign' && kind !== 'word') || !Object.hasOwn(LEVELS[n], is)) return left
      at++
      const [a, b, apply] = [left, level(n + 1), LEVELS[n][is]]
      left = read => apply(a(read), b(read))
    }
  }

  function single () {
    const { kind, is } = peek()
    at++
    if (kind === 'field') {
      fields.add(is)
      return read => read(is)
    }
    if (kind === 'text' || kind === 'number') return () => is
    if (kind === 'sign' && is === '-') {
      const inner = single()
      return read => -number(inner(read))
    }
    if (kind === 'sign' && is === '(') {
      const inner = level(0)
      take(')')
      return inner
    }
    if (kind === 'word' && Object.hasOwn(FUNCTIONS, is)) {
      const [count, apply] = FUNCTIONS[is]
      const given = []
      take('(')
      while (peek().is !== ')' || peek().kind === 'text') {
        if (given.length) take(',')
        given.push(level(0))
      }
      take(')')
      if (given.length !== count) throw new SyntaxError('not understood')
      return read => apply(...given.map(one => one(read)))
    }
    throw new SyntaxError('not understood')
  }

  const whole = level(0)
  if (at !== list.length) throw new SyntaxError('not understood')
  whole.fields = fields
  return whole
}
