// The shell lines of the documents, and of what kind each is: a kind is checked by the test that it names.
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export interface Line {
  readonly file: string
  /** With the lines that it is continued on. */
  readonly text: string
}

export const documents = globSync(['README.md', 'README.zh-TW.md', 'docs/**/*.md', 'examples/**/*.md'])
  .toSorted()
  .map((file) => ({ file, content: readFileSync(file, 'utf8') }))

const fence = /^( *)```(\S*)\n(.*?)^\1```$/gms
const shells = new Set(['sh', 'bash', 'shell', 'console'])

interface Block {
  readonly language: string
  readonly text: string
}

/** Without the indentation of a list that they stand in. */
function blocksIn(content: string): Block[] {
  return [...content.matchAll(fence)].map(([, indent = '', language = '', text = '']) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

export function blocksOf(language: string): Line[] {
  return documents.flatMap(({ file, content }) =>
    blocksIn(content)
      .filter((block) => block.language === language)
      .map(({ text }) => ({ file, text })),
  )
}

/** What stands between backquotes, each once. */
export function inlineOf(pattern: RegExp): string[] {
  const prose = documents.map(({ content }) => content.replaceAll(fence, '')).join('\n')
  return [
    ...new Set(
      [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter((text) => pattern.test(text)),
    ),
  ]
}

/** All that a reader would type: lines of fenced shell, of code by indentation, and Compose between backquotes. */
export const lines: readonly Line[] = documents.flatMap(({ file, content }) => {
  const fenced = blocksIn(content).flatMap(({ language, text }) =>
    shells.has(language) ? typedIn(language, text) : [],
  )
  const prose = content.replaceAll(fence, '')
  const indented = [...prose.matchAll(/^ {4}(\S(?:.*\\\n)*.*)$/gm)]
    .map(([, text = '']) => text)
    .flatMap((text) => join([text]))
  const inline = [...prose.matchAll(/`(docker compose [^`]+)`/g)].map(([, text = '']) => text)
  return [...fenced, ...indented, ...inline].map((text) => ({ file, text: withoutComment(text) }))
})

/** Of a session that is what follows the prompt; any other block is one script. */
function typedIn(language: string, text: string): string[] {
  if (language === 'console') return [...text.matchAll(/^\$ (.*)$/gm)].map(([, line = '']) => `$ ${line}`)
  return /^(?:for|\w+\(\)|\w+=)/.test(text.trim()) ? [text.trim()] : join(text.trim().split('\n'))
}

/** A line that ends with a backslash goes on in the next. */
function join(parts: readonly string[]): string[] {
  return parts
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
}

function withoutComment(line: string): string {
  return line.includes('\n') ? line : line.replace(/\s+#\s.*$/, '')
}

interface Kind {
  readonly pattern: RegExp
  /** The file and the names of the tests that run each line, or say what they ask of it. */
  readonly checkedBy: readonly [file: string, ...tests: readonly string[]]
}

const run = 'test/documents/commands.test.ts'
const documentsTest = 'test/documents/documents.test.ts'

export const kinds = {
  session: {
    pattern: /^\$ /,
    checkedBy: [
      'test/documents/examples.test.ts',
      'the sessions of the documents print what they say, in their order',
    ],
  },
  command: { pattern: /^(?!\$ ).*npm run (?:-s )?(?:watchpost|demo) -- /, checkedBy: [run, '%s'] },
  installed: { pattern: /^watchpost /, checkedBy: [run, '%s'] },
  secrets: { pattern: /^npm run secrets$/, checkedBy: [run, '%s'] },
  group: { pattern: /^getent /, checkedBy: [run, '%s'] },
  recovery: { pattern: /^npx --no-install node recovery\/src\/main\.ts /, checkedBy: [run, '%s'] },
  psql: { pattern: /^psql /, checkedBy: [run, 'psql says nothing of an error: %s'] },
  ping: { pattern: /\/ping\//, checkedBy: [run, 'the pings of the documents are taken'] },
  gate: { pattern: /^npm (?:ci|test)$/, checkedBy: [documentsTest, 'the gate runs %s as it stands'] },
  start: {
    pattern: /^npm start(?: -- |$)/,
    checkedBy: [
      'test/demo/start.test.ts',
      '%s brings everything up, Ctrl-C ends it, and nothing is left',
      '%s starts recovery, and a part that ends by itself is named and ends the rest',
    ],
  },
  tour: {
    pattern: /^npm run tour$/,
    checkedBy: ['test/demo/tour.test.ts', '%s tells a fault from its beginning to its end in five minutes'],
  },
  fleet: {
    pattern: /^npx --no-install node demo\/main\.ts$/,
    checkedBy: ['test/demo/program.test.ts', '%s brings the fleet up, and Ctrl-C ends it with its database'],
  },
  compose: {
    pattern: /^docker compose /,
    checkedBy: [
      'test/containers/compose.test.ts',
      'is understood by Compose: $line',
      'does what it says here: $line',
    ],
  },
  build: {
    pattern: /^docker build /,
    checkedBy: ['test/containers/exporter-image.test.ts', 'as a document has it: %s'],
  },
  kubectl: {
    pattern: /^kubectl /,
    checkedBy: ['test/documents/kubernetes.test.ts', 'kubectl does what %s says, line by line'],
  },
  push: {
    pattern: /^docker push /,
    checkedBy: ['test/containers/exporter-image.test.ts', 'a registry takes it: %s'],
  },
  setting: {
    pattern: /^[A-Z_]+=\S+$/,
    checkedBy: ['test/documents/settings.test.ts', 'Alertmanager takes the settings of %s'],
  },
} as const satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds

export function kindsOf({ text }: Line): KindName[] {
  return (Object.keys(kinds) as KindName[]).filter((name) => kinds[name].pattern.test(text))
}

/** Each once, whatever documents it stands in, or those of one document. */
export function linesOf(kind: KindName, document?: string): string[] {
  const found = lines.filter(
    (line) => kindsOf(line).includes(kind) && (document === undefined || line.file === document),
  )
  return [...new Set(found.map(({ text }) => text))]
}

/** What npm would start, for a shell, without the half second that it takes itself. */
export function scriptOf(name: string): string {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const [, file] = /^node (\S+)$/.exec(scripts[name] ?? '') ?? []
  if (file === undefined)
    throw new Error(`expected a script ${name} that starts a file, got ${scripts[name]}`)
  return `'${process.execPath}' '${resolve(file)}'`
}
