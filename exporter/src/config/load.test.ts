import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig, parseConfig } from './load.ts'
import { formatProblems } from './problem.ts'
import { collectors } from '../collectors/all.ts'

function problemsOf(text: string, environment: Record<string, string> = {}): string {
  const result = parseConfig({ collectors, file: 'watchpost.yml', text, environment })
  return result.problems ? formatProblems(result.problems, 'watchpost.yml') : 'valid'
}

const service = (fields: string): string => `services:\n  - name: a\n    url: http://a/\n${fields}`

const bad: readonly (readonly [string, string, string])[] = [
  [
    'a mistyped key',
    service('    tiemout: 5s\n'),
    'watchpost.yml:4:5: services[0].tiemout: unknown key "tiemout", did you mean timeout?\n1 problem in watchpost.yml',
  ],
  [
    'a mistyped section',
    'servics: []\n',
    'watchpost.yml:1:1: servics: unknown key "servics", did you mean services?\n1 problem in watchpost.yml',
  ],
  [
    'a key that cannot be one',
    'endpoints:\n  - { name: a, probe: grpc, address: "a:1", metadata: { Key: x } }\n',
    'watchpost.yml:2:57: endpoints[0].metadata.Key: expected a key of lower-case letters, digits and _ . -, got the key "Key"\n1 problem in watchpost.yml',
  ],
  [
    'a secret in a folder',
    'databases:\n  - { name: a, url_file: . }\n',
    'watchpost.yml:2:26: databases[0].url_file: expected the path of a file that holds a secret, but it is a folder, got "."\n1 problem in watchpost.yml',
  ],
  [
    'a URL that is not http',
    'services:\n  - { name: a, url: "ftp://old" }\n',
    'watchpost.yml:2:21: services[0].url: expected an http(s) URL, got "ftp://old"\n1 problem in watchpost.yml',
  ],
  [
    'a URL with a password, which is not repeated',
    'services:\n  - { name: a, url: "http://me:hunter2@host/" }\n',
    'watchpost.yml:2:21: services[0].url: expected a URL without user and password; put them under basic_auth\n1 problem in watchpost.yml',
  ],
  [
    'a missing key',
    'services:\n  - name: a\n',
    'watchpost.yml:2:5: services[0].url: expected an http(s) URL, got nothing\n1 problem in watchpost.yml',
  ],
  [
    'a duration without unit',
    service('    timeout: 5\n'),
    'watchpost.yml:4:14: services[0].timeout: expected a duration such as 500ms, 5s or 1h30m, got 5\n1 problem in watchpost.yml',
  ],
  [
    'a time that is none',
    service('    timeout: 0s\n'),
    'watchpost.yml:4:14: services[0].timeout: expected a duration above 0 and up to 10m, got "0s"\n1 problem in watchpost.yml',
  ],
  [
    'a time that no timer can wait',
    'global: { timeout: 30d }\n',
    'watchpost.yml:1:20: global.timeout: expected a duration above 0 and up to 10m, got "30d"\n1 problem in watchpost.yml',
  ],
  [
    'two bodies',
    service('    method: POST\n    body: hush\n    body_file: /etc/hostname\n'),
    'watchpost.yml:6:16: services[0].body_file: expected either body or body_file, got "/etc/hostname"\n1 problem in watchpost.yml',
  ],
  [
    'two credentials',
    service('    bearer_token: hush\n    bearer_token_file: /etc/hostname\n'),
    'watchpost.yml:5:24: services[0].bearer_token_file: expected only one of basic_auth, bearer_token, bearer_token_file, oauth2, got <secret>\n1 problem in watchpost.yml',
  ],
  [
    'half a client certificate',
    service('    tls: { cert_file: /etc/hostname }\n'),
    'watchpost.yml:4:10: services[0].tls: expected cert_file and key_file together, got a map\n1 problem in watchpost.yml',
  ],
  [
    'a body that is to be judged where there is none',
    service('    method: HEAD\n'),
    'watchpost.yml:4:13: services[0].method: expected judge_by: status beside method: HEAD, which has no body, got "HEAD"\n1 problem in watchpost.yml',
  ],
  [
    'a version of HTTP that is not spoken',
    service('    http_version: 3\n'),
    'watchpost.yml:4:19: services[0].http_version: expected 1.1 or 2, got 3\n1 problem in watchpost.yml',
  ],
  [
    'a pattern that the engine does not know',
    service('    assert: [{ name: x, of: body, matches: "(?=a)" }]\n'),
    'watchpost.yml:4:44: services[0].assert[0].matches: expected a regular expression in RE2\'s syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?=`, got "(?=a)"\n1 problem in watchpost.yml',
  ],
  [
    'two documents',
    'services: []\n---\nservices: []\n',
    'watchpost.yml:2:1: expected one YAML document, got several\n1 problem in watchpost.yml',
  ],
  [
    'a tag that nobody knows',
    'services: !all []\n',
    'watchpost.yml:1:11: expected YAML, but unresolved tag: !all\n1 problem in watchpost.yml',
  ],
  [
    'levels without end',
    `services: ${'['.repeat(5_000)}`,
    expect.stringContaining('expected YAML with fewer levels of nesting') as string,
  ],
  [
    'indentation by tabs',
    'services:\n\t- name: a\n',
    'watchpost.yml:2:1: expected spaces for indentation, got a tab\n1 problem in watchpost.yml',
  ],
  [
    'a map of names where a list belongs',
    'services:\n  shop: { url: http://a/ }\n',
    'watchpost.yml:2:3: services: expected a list, got a map; each entry of a list begins with "- "\n1 problem in watchpost.yml',
  ],
  [
    'a key in capitals',
    service('    URL: http://b/\n'),
    'watchpost.yml:4:5: services[0].URL: unknown key "URL", did you mean url?\n1 problem in watchpost.yml',
  ],
  [
    'a share without its sign',
    'thresholds: { cpu: 80 }\n',
    'watchpost.yml:1:20: thresholds.cpu: expected a share such as 80% or 0.8, got 80\n1 problem in watchpost.yml',
  ],
  [
    'a share above one',
    'thresholds: { cpu: 180% }\n',
    'watchpost.yml:1:20: thresholds.cpu: expected a share such as 80% or 0.8, got "180%"\n1 problem in watchpost.yml',
  ],
  [
    'a name used twice',
    'services:\n  - { name: a, url: http://a/ }\n  - { name: a, url: http://b/ }\n',
    'watchpost.yml:3:13: services[1].name: expected a name that no other target has, got "a", the name of services[0]\n1 problem in watchpost.yml',
  ],
  [
    'a name with a backquote',
    'services:\n  - { name: "a`b", url: http://a/ }\n',
    'watchpost.yml:2:13: services[0].name: expected a name without control characters and backquotes, got "a`b"\n1 problem in watchpost.yml',
  ],
  [
    'a dependency that nobody declares',
    'services:\n  - { name: orders, url: http://a/, depends_on: [order] }\n',
    'watchpost.yml:2:50: services[0].depends_on[0]: expected the name of a service, database or data source, got "order"; did you mean orders?\n1 problem in watchpost.yml',
  ],
  [
    'a circle of dependencies',
    'services:\n  - { name: a, url: http://a/, depends_on: [b] }\n  - { name: b, url: http://b/, depends_on: [c] }\n  - { name: c, url: http://c/, depends_on: [a] }\n',
    'watchpost.yml:2:45: services[0].depends_on[0]: expected dependencies without a circle, got a → b → c → a\n1 problem in watchpost.yml',
  ],
  [
    'a variable that is not set',
    'services:\n  - { name: a, url: "${NOWHERE}" }\n',
    'watchpost.yml:2:21: services[0].url: expected the environment variable NOWHERE to be set (or NOWHERE_FILE to name a readable file), or a default as in ${NOWHERE:-…}\n1 problem in watchpost.yml',
  ],
  [
    'a list that is empty',
    'services: []\n',
    'watchpost.yml:1:11: services: expected at least 1 entry, got an empty list\n1 problem in watchpost.yml',
  ],
  [
    'several at once, in the order of the file',
    'services:\n  - { name: "", url: 7 }\nthresholds: { disk: lots }\n',
    [
      'watchpost.yml:2:13: services[0].name: expected a name, not an empty text, got ""',
      'watchpost.yml:2:22: services[0].url: expected an http(s) URL, got 7',
      'watchpost.yml:3:21: thresholds.disk: expected a share such as 80% or 0.8, got "lots"',
      '3 problems in watchpost.yml',
    ].join('\n'),
  ],
  [
    'an empty file',
    '',
    'watchpost.yml:1:1: expected at least one section, such as services\n1 problem in watchpost.yml',
  ],
  [
    'an alias of nothing',
    'services: *all\n',
    'watchpost.yml:1:11: expected the anchor &all above it, got *all with none\n1 problem in watchpost.yml',
  ],
  [
    'a key given twice',
    'services: []\nservices: []\n',
    'watchpost.yml:2:1: expected each key once, got "services" again\n1 problem in watchpost.yml',
  ],
]

test.each(bad)('refuses %s and says where and what', (_what, text, message) => {
  expect(problemsOf(text)).toEqual(message)
})

/** What follows the place, which is all that these have before it. */
const broken: readonly (readonly [string, string, string])[] = [
  [
    'an entry that is indented too little',
    'services:\n  - name: a\n   url: http://a/\n',
    '3:1: expected the indentation of the lines above, or "- " for a new entry',
  ],
  [
    'a key that is indented too much',
    'services:\n  - name: a\n     url: http://a/\n',
    '2:11: expected a single value, got a second "key: …" in it; quote a text that holds ": ", or correct the indentation of the next line',
  ],
  [
    'a key between two levels',
    'services:\n  - name: a\n url: http://a/\n',
    '3:1: expected the indentation of the keys above, got another',
  ],
  [
    'a quotation mark that is never closed, where it stands',
    'services:\n  - name: "a\n    url: http://a/\n',
    '2:11: expected a closing ", got none up to the end',
  ],
  [
    'a cron expression without quotes, once',
    'tasks:\n  - cron: * * * * *\n',
    '2:11: expected a value in quotes, got one that begins with *',
  ],
  ['a key without a value', 'services: []\nhost\n', '2:1: expected "key: value", got "host"'],
]

test.each(broken)('refuses %s', (_what, text, message) => {
  expect(problemsOf(text)).toBe(`watchpost.yml:${message}\n1 problem in watchpost.yml`)
})

const unreadable: readonly (readonly [string, (file: string) => void, string])[] = [
  ['is not there', () => {}, 'there is no such file; watchpost init writes one'],
  ['is a directory', (file) => mkdirSync(file), 'this is a directory'],
  [
    'another encoding was chosen for',
    (file) => writeFileSync(file, '\uFEFFservices: []\n', 'utf16le'),
    'it is not text in UTF-8',
  ],
]

test.each(unreadable)('a file that %s is refused by a sentence', async (_what, make, reason) => {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-load-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'watchpost.yml')
  make(file)
  const { problems } = await loadConfig(file, {})
  expect(problems?.map(({ message }) => message)).toEqual([`expected a configuration file, but ${reason}`])
})

test('a value from the environment is never repeated in a message', () => {
  const text = 'services:\n  - { name: a, url: "${SECRET_URL}" }\n'
  expect(problemsOf(text, { SECRET_URL: 'hunter2' })).toBe(
    'watchpost.yml:2:21: services[0].url: expected an http(s) URL, got "${SECRET_URL}"\n1 problem in watchpost.yml',
  )
})

test('a variable may come from the file that its twin names', () => {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'url'), 'http://a/\n')
  const environment = { HEALTH_URL_FILE: join(directory, 'url') }
  const { config } = parseConfig({
    collectors,
    file: 'f',
    text: 'services: [{ name: a, url: "${HEALTH_URL}" }]',
    environment,
  })
  expect(config?.settings.services?.[0]?.url).toBe('http://a/')
})

test('a value from the environment cannot change the structure of the file', () => {
  const text = 'services:\n  - { name: "${NAME}", url: http://a/ }\n'
  const result = parseConfig({
    collectors,
    file: 'f',
    text,
    environment: { NAME: 'a", url: http://evil/ }\n  - { name: "b' },
  })
  expect(result.problems?.map((problem) => problem.path)).toEqual(['services[0].name'])
})

test('what several targets have in common may be merged from one of them', () => {
  const text = `services:
  - &base { name: a, url: http://a/, timeout: 2s }
  - { <<: *base, name: b, timeout: 3s }
`
  const { config } = parseConfig({ collectors, file: 'f', text, environment: {} })
  expect(config?.settings.services).toMatchObject([
    { name: 'a', timeout: 2 },
    { name: 'b', url: 'http://a/', timeout: 3 },
  ])
  expect(problemsOf(text.replace('name: b', 'nmae: b'))).toContain(
    '3:18: services[1].nmae: unknown key "nmae"',
  )
})

test('a byte order mark and the line ends of Windows are no matter', () => {
  expect(problemsOf(`\uFEFF${service('').replaceAll('\n', '\r\n')}`)).toBe('valid')
})

test('thousands of mistakes are named at once', () => {
  const wrong = Array.from({ length: 2_000 }, (_, index) => `  - { name: s${index}, ulr: "http://a/" }`)
  expect(problemsOf(`services:\n${wrong.join('\n')}\n`)).toContain('4000 problems in watchpost.yml')
})

test('a circle of thousands is found at once and not spelled out', () => {
  const all = Array.from({ length: 2_000 }, (_, index) => {
    return `  - { name: s${index}, url: http://a/, depends_on: [s${(index + 1) % 2_000}] }`
  })
  const message = problemsOf(`services:\n${all.join('\n')}\n`)
  expect(message).toContain(
    '2:46: services[0].depends_on[0]: expected dependencies without a circle, got s0 → s1',
  )
  expect(message.length).toBeLessThan(400)
}, 20_000)

test('each of two circles is named', () => {
  const text = `services:
  - { name: a, url: http://a/, depends_on: [b] }
  - { name: b, url: http://b/, depends_on: [a, c] }
  - { name: c, url: http://c/, depends_on: [d] }
  - { name: d, url: http://d/, depends_on: [c] }
`
  expect(problemsOf(text)).toBe(
    [
      'watchpost.yml:2:45: services[0].depends_on[0]: expected dependencies without a circle, got a → b → a',
      'watchpost.yml:4:45: services[2].depends_on[0]: expected dependencies without a circle, got c → d → c',
      '2 problems in watchpost.yml',
    ].join('\n'),
  )
})

test('a configuration is frozen through and through', () => {
  const { config } = parseConfig({ collectors, file: 'f', text: service(''), environment: {} })
  expect(Object.isFrozen(config?.settings.services?.[0]?.depends_on)).toBe(true)
})

test('dependencies are followed through any number of steps, as strong as their weakest edge', () => {
  const text = `services:
  - { name: a, url: http://a/, depends_on: [b, { name: c, strength: soft }] }
  - { name: b, url: http://b/, depends_on: [d] }
  - { name: c, url: http://c/, depends_on: [e] }
  - { name: d, url: http://d/ }
  - { name: e, url: http://e/ }
`
  const { config } = parseConfig({ collectors, file: 'f', text, environment: {} })
  expect(config?.dependencies.get('a')).toEqual([
    { dependency: 'b', strength: 'hard', depth: 'direct' },
    { dependency: 'c', strength: 'soft', depth: 'direct' },
    { dependency: 'd', strength: 'hard', depth: 'transitive' },
    { dependency: 'e', strength: 'soft', depth: 'transitive' },
  ])
})

test('only the collectors of declared sections are at work, and a broken file knows of all', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-load-'))
  const file = join(directory, 'watchpost.yml')
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(file, 'services: [{ name: shop, url: http://shop/health }]\n')
  const { config } = await loadConfig(file, {})
  expect(config?.collectors.map(({ name }) => name)).toEqual(['services'])
  writeFileSync(file, 'servces: []\n')
  const { problems } = await loadConfig(file, {})
  expect(problems?.map(({ message }) => message)).toEqual([
    expect.stringMatching(/unknown key "servces".*did you mean services\?/),
  ])
})

test('what stands elsewhere, behind an alias or a merge key, is not shown as it was filled in', () => {
  const elsewhere = 'services:\n  - { name: a, url: http://a/, bearer_token: &t "${TOKEN}", timeout: *t }\n'
  expect(problemsOf(elsewhere, { TOKEN: 'hunter2' })).toBe(
    'watchpost.yml:2:70: services[0].timeout: expected a duration such as 500ms, 5s or 1h30m, got a text that stands elsewhere\n1 problem in watchpost.yml',
  )
  const merged = 'services:\n  - &a { name: a, url: "${URL}" }\n  - { <<: *a, name: b }\n'
  expect(problemsOf(merged, { URL: 'ftp://me:hunter2@host' })).not.toContain('hunter2')
})
