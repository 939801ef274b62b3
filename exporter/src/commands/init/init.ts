// Writes a first configuration from what is there already: endpoints, a docker-compose file, crontabs, n8n.
import { readFile } from 'node:fs/promises'
import { explain } from '../../log.ts'
import type { Command, Invocation } from '../command.ts'
import { draftFromCompose } from './compose.ts'
import { draftFromCrontab } from './crontab.ts'
import { joinDrafts, nothing, renderDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { draftFromN8n } from './n8n.ts'
import { askService } from './services.ts'

const mostBytes = 2 ** 20

export const init: Command = {
  name: 'init',
  summary: 'Writes a configuration to standard output, from what it finds in the places that are named.',
  positionals: '[URL…]',
  flags: {
    compose: {
      type: 'string',
      multiple: true,
      description: 'A docker-compose file: its services and databases.',
    },
    crontab: {
      type: 'string',
      multiple: true,
      description: "A user's crontab, as crontab -l shows it; /dev/stdin reads it from a pipe.",
    },
    'system-crontab': {
      type: 'string',
      multiple: true,
      description: 'A crontab with users in it, such as /etc/crontab.',
    },
    n8n: {
      type: 'string',
      description:
        'The URL of the database of n8n, which is only read: its scheduled workflows. PGPASSWORD keeps the password out of the list of processes; GENERIC_TIMEZONE is that of n8n.',
    },
  },
  async run(invocation) {
    const wrong = findMisuse(invocation)
    if (wrong !== undefined) {
      invocation.writeError(`watchpost: ${wrong}\n`)
      return 2
    }
    const drafts: Outcome[] = []
    // One after the other, so that the names which several would have go to the same ones each time.
    for (const [what, read] of sources(invocation)) drafts.push(await attempt(what, read))
    for (const { problems } of drafts) for (const problem of problems) invocation.writeError(`${problem}\n`)
    const draft = joinDrafts(drafts.map((one) => one.draft))
    for (const line of draft.left) invocation.writeError(`not taken over: ${line}\n`)
    if (draft.found.length === 0) {
      invocation.writeError('watchpost: init found nothing to watch\n')
      return 1
    }
    invocation.write(renderDraft(draft))
    return drafts.some(({ problems }) => problems.length > 0) ? 1 : 0
  },
}

function findMisuse({ positionals, lists, values }: Invocation): string | undefined {
  const wrong = positionals.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
  if (wrong !== undefined)
    return `init expects http(s) URLs of health endpoints, got ${JSON.stringify(wrong)}`
  const n8n = values['n8n']
  if (n8n !== undefined && !/^postgres(?:ql)?:$/.test(URL.parse(n8n)?.protocol ?? '')) {
    return '--n8n expects a URL that begins with postgresql://'
  }
  const isEmpty = positionals.length === 0 && n8n === undefined && Object.keys(lists).length === 0
  return isEmpty
    ? 'init expects URLs of health endpoints, --compose, --crontab or --n8n, got nothing'
    : undefined
}

interface Outcome {
  readonly draft: Draft
  readonly problems: readonly string[]
}

type Source = readonly [what: string, read: () => Promise<Outcome>]

function sources({ positionals, lists, values, environment, stop: signal }: Invocation): Source[] {
  const files = (flag: string, read: (file: string, text: string) => Promise<Draft> | Draft): Source[] =>
    (lists[flag] ?? []).map((file) => [file, async () => well(await read(file, await readText(file)))])
  const taken = new Set<string>()
  const crontab = (hasUsers: boolean) => (file: string, text: string) =>
    draftFromCrontab({ file, text, hasUsers, timezone: localTimezone(), taken })
  const n8n = values['n8n']
  const timezone = environment['GENERIC_TIMEZONE'] ?? 'America/New_York'
  return [
    ...positionals.map((url): Source => [url, () => askEndpoint(url, signal)]),
    ...files('compose', (file, text) => draftFromCompose({ file, text, environment, signal })),
    ...files('crontab', crontab(false)),
    ...files('system-crontab', crontab(true)),
    ...(n8n === undefined
      ? []
      : [['--n8n', async () => well(await draftFromN8n({ url: n8n, timezone, signal, taken }))] as const]),
  ]
}

function well(draft: Draft): Outcome {
  return { draft, problems: [] }
}

async function askEndpoint(url: string, signal: AbortSignal): Promise<Outcome> {
  const { found, problem } = await askService(url, signal)
  return {
    draft: { ...nothing, found: [found] },
    problems: problem === undefined ? [] : [`${url}: ${problem}`],
  }
}

async function attempt(what: string, read: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await read()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { draft: nothing, problems: [`${what}: ${isMissing ? 'there is no such file' : explain(error)}`] }
  }
}

async function readText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  if (text.length > mostBytes) throw new Error(`expected at most ${mostBytes} characters, got ${text.length}`)
  return text
}

/** That of this machine, in which its cron reads its tables. */
function localTimezone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone
}
