import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from './load.ts'
import { formatProblems } from './problem.ts'

function problemsOf(text: string, environment: Record<string, string> = {}): string {
  const result = parseConfig({ file: 'watchpost.yml', text, environment })
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
    'watchpost.yml:1:11: services: expected at least 1 entry, got a list\n1 problem in watchpost.yml',
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
    'watchpost.yml:1:1: expected YAML, but unresolved alias (the anchor must be set before the alias): all\n1 problem in watchpost.yml',
  ],
  [
    'a key given twice',
    'services: []\nservices: []\n',
    'watchpost.yml:2:1: map keys must be unique\n1 problem in watchpost.yml',
  ],
]

test.each(bad)('refuses %s and says where and what', (_what, text, message) => {
  expect(problemsOf(text)).toBe(message)
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
    file: 'f',
    text: 'services: [{ name: a, url: "${HEALTH_URL}" }]',
    environment,
  })
  expect(config?.settings.services?.[0]?.url).toBe('http://a/')
})

test('a value from the environment cannot change the structure of the file', () => {
  const text = 'services:\n  - { name: "${NAME}", url: http://a/ }\n'
  const result = parseConfig({
    file: 'f',
    text,
    environment: { NAME: 'a", url: http://evil/ }\n  - { name: "b' },
  })
  expect(result.problems?.map((problem) => problem.path)).toEqual(['services[0].name'])
})

test('a configuration is frozen through and through', () => {
  const { config } = parseConfig({ file: 'f', text: service(''), environment: {} })
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
  const { config } = parseConfig({ file: 'f', text, environment: {} })
  expect(config?.dependencies.get('a')).toEqual([
    { dependency: 'b', strength: 'hard', depth: 'direct' },
    { dependency: 'c', strength: 'soft', depth: 'direct' },
    { dependency: 'd', strength: 'hard', depth: 'transitive' },
    { dependency: 'e', strength: 'soft', depth: 'transitive' },
  ])
})
