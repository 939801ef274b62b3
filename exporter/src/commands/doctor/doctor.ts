// `watchpost doctor`: every link from the configuration to the message, looked at once, with what to do about it.
import type { Command, Invocation } from '../command.ts'
import { configFile } from '../flags.ts'
import type { Live } from '../live.ts'
import { withFleet } from '../once.ts'
import { checkAlertmanager } from './alertmanager.ts'
import { isFinding, skipped, well } from './check.ts'
import type { Check } from './check.ts'
import { checkFleet, targetNames } from './fleet.ts'
import { checkGrafana } from './grafana.ts'
import { checkPrometheus } from './prometheus.ts'
import { checkState } from './storage.ts'

const timeoutSeconds = 10

export const doctor: Command = {
  name: 'doctor',
  summary: 'Checks the whole chain from the configuration to the messages, and says what to do.',
  positionals: '',
  flags: {
    'config.file': configFile,
    'storage.path': {
      type: 'string',
      description: 'The directory that serve is given, to see whether it can be written.',
    },
    'grafana.url': {
      type: 'string',
      description:
        'Where Grafana is; where it asks for a login, GRAFANA_TOKEN is a token of a service account.',
    },
  },
  async run(invocation) {
    const grafana = invocation.values['grafana.url']
    if (grafana !== undefined && !/^https?:$/.test(URL.parse(grafana)?.protocol ?? '')) {
      invocation.writeError(
        `watchpost: --grafana.url expects an http(s) URL, got ${JSON.stringify(grafana)}\n`,
      )
      return 2
    }
    return withFleet(invocation, (live) => examine(live, invocation))
  },
}

async function examine(live: Live, { values, environment, write }: Invocation): Promise<number> {
  const snapshot = await live.scraper().scrape(timeoutSeconds)
  const { prometheus, alertmanager } = snapshot.settings.upstream
  const grafana = values['grafana.url']
  const [seen, alerted, state, shown] = await Promise.all([
    prometheus === undefined ? unnamed('prometheus') : checkPrometheus(prometheus, targetNames(snapshot)),
    alertmanager === undefined ? unnamed('alertmanager') : checkAlertmanager(alertmanager),
    checkState(values['storage.path']),
    grafana === undefined
      ? [skipped('grafana', 'no --grafana.url was given')]
      : checkGrafana(grafana, environment['GRAFANA_TOKEN']),
  ])
  const loaded = well('configuration', `${values['config.file'] ?? ''} is valid`)
  const checks = [loaded, ...checkFleet(snapshot), ...seen, ...alerted, ...state, ...shown]
  write(`${checks.map(renderCheck).join('\n')}\n${summarize(checks)}\n`)
  return checks.some(isFinding) ? 1 : 0
}

function unnamed(program: string): readonly Check[] {
  return [skipped(program, `the configuration names no upstream.${program}`)]
}

const marks: Readonly<Record<Check['state'], string>> = { well: 'ok  ', finding: 'FIX ', skipped: '-   ' }

/** One line, whatever line ends and escape sequences the words of others have. */
function renderCheck({ subject, state, detail, advice }: Check): string {
  const text = `${marks[state]} ${subject}: ${detail}${advice === undefined ? '' : ` → ${advice}`}`
  const line = text.replaceAll(/\s+/g, (space) => (space.includes('\n') ? ' ' : space))
  return line.replaceAll(/\p{Cc}/gu, ' ')
}

function summarize(checks: readonly Check[]): string {
  const findings = checks.filter(isFinding).length
  const left = checks.filter(({ state }) => state === 'skipped').length
  const head = `${checks.length} checks: ${findings === 0 ? 'nothing' : findings} to fix`
  return left === 0 ? head : `${head}, ${left} not made`
}
