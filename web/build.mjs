/* Builds dist/ from scss/ and js/: one style sheet and one script for all pages.
 *
 *   node build.mjs          writes dist/
 *   node build.mjs --check  fails if dist/ is not what the sources give
 *
 * dist/ is kept in the repository: a node is built on machines that have no npm (Debian 12's node is
 * too old for some tools, and ministries build without a line to a registry). `make check` runs --check.
 *
 * Steps for the style sheet: Sass; classes that no template and no script names are cut; left and
 * right become start and end, so that one sheet serves right-to-left languages; minified.
 */
import { readFileSync, readdirSync, writeFileSync, mkdirSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as sass from 'sass'
import * as esbuild from 'esbuild'
import { PurgeCSS } from 'purgecss'
import postcss from 'postcss'

const here = dirname(fileURLToPath(import.meta.url))
const templates = join(here, '../src/web/templates')
const dist = join(here, 'dist')

/* Sizes as sent (gzip). The whole first page may have 100 kB. */
const LIMITS = { 'app.css': 12 * 1024, 'app.js': 12 * 1024, 'icon.svg': 1024 }

const logicalNames = new Map(Object.entries({
  left: 'inset-inline-start', right: 'inset-inline-end',
  'margin-left': 'margin-inline-start', 'margin-right': 'margin-inline-end',
  'padding-left': 'padding-inline-start', 'padding-right': 'padding-inline-end',
  'border-top-left-radius': 'border-start-start-radius', 'border-top-right-radius': 'border-start-end-radius',
  'border-bottom-left-radius': 'border-end-start-radius', 'border-bottom-right-radius': 'border-end-end-radius'
}))
for (const side of ['left', 'right']) {
  const logical = side === 'left' ? 'start' : 'end'
  for (const part of ['', '-width', '-style', '-color']) {
    logicalNames.set(`border-${side}${part}`, `border-inline-${logical}${part}`)
  }
}

/* Both design systems ask that their notice stays with what is made of them. */
const notice = what => `/*! ${what} of OpenTRM, built by web/build.mjs: change web/scss and web/js instead. ` +
  'Holds parts of GOV.UK Frontend and MoJ Frontend, Crown copyright, MIT licence. */\n'

/* Left and right become start and end. */
const logical = {
  postcssPlugin: 'logical',
  Declaration (declaration) {
    const name = logicalNames.get(declaration.prop)
    if (name) declaration.prop = name
    if (declaration.prop === 'text-align') {
      declaration.value = declaration.value.replace(/^left$/, 'start').replace(/^right$/, 'end')
    }
  }
}

async function styleSheet () {
  const { css } = sass.compile(join(here, 'scss/app.scss'), {
    loadPaths: [here, join(here, 'node_modules')], quietDeps: true, charset: false,
    silenceDeprecations: ['if-function'], logger: sass.Logger.silent
  })
  const names = /[A-Za-z0-9_-]+/g
  const words = text => text.match(names) || []
  const [purged] = await new PurgeCSS().purge({
    content: [
      ...readdirSync(templates).filter(f => f.endsWith('.mustache')).sort()
        .map(f => ({ raw: readFileSync(join(templates, f), 'utf8'), extension: 'mustache' })),
      ...(await script()).words
    ],
    css: [{ raw: css }],
    defaultExtractor: words,
    // Widths come from data; the script reads the variables of the breakpoints.
    safelist: [/^govuk-input--width-\d+$/, 'js-enabled', 'govuk-frontend-supported'],
    dynamicAttributes: ['dir'],
    variables: false, keyframes: true
  })
  const { css: turned } = await postcss([logical]).process(purged.css, { from: undefined })
  const { code } = await esbuild.transform(turned, { loader: 'css', minify: true, target: ['chrome100', 'firefox100', 'safari15'] })
  if (/url\(["']?(?!data:)/.test(code)) throw new Error('the style sheet asks for another file')
  return code
}

let built
async function script () {
  if (built) return built
  const options = {
    entryPoints: [join(here, 'js/app.mjs')], bundle: true, format: 'iife', write: false,
    target: ['chrome100', 'firefox100', 'safari15'], legalComments: 'none', logLevel: 'error'
  }
  const plain = await esbuild.build(options)
  const small = await esbuild.build({ ...options, minify: true })
  built = {
    code: small.outputFiles[0].text,
    words: [{ raw: plain.outputFiles[0].text, extension: 'mjs' }]
  }
  return built
}

const checking = process.argv.includes('--check')
const made = {
  'app.css': notice('The style sheet') + await styleSheet(),
  'app.js': notice('The script') + (await script()).code,
  'icon.svg': readFileSync(join(here, 'static/icon.svg'), 'utf8')
}
let wrong = 0
mkdirSync(dist, { recursive: true })
for (const [name, text] of Object.entries(made)) {
  const path = join(dist, name)
  const size = gzipSync(text, { level: 9 }).length
  console.log(`${name}: ${text.length} bytes, ${size} compressed`)
  if (size > LIMITS[name]) { console.error(`${name}: more than ${LIMITS[name]} bytes compressed`); wrong++ }
  if (!checking) writeFileSync(path, text)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${name}: dist/ is not what the sources give; run npm run build`)
    wrong++
  }
}
process.exit(wrong ? 1 : 0)
