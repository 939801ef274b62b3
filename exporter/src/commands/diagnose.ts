// Why what is not well is not well, on a terminal.
import type { Reading } from '../collectors/collector.ts'
import { readLogs } from '../diagnosis/container-log.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { reportDiagnosis } from '../diagnosis/report.ts'
import { languages } from '../diagnosis/text.ts'
import { wordFinding } from '../diagnosis/wording.ts'
import { diagnosisJson, findingsOf } from '../http/diagnosis.ts'
import { createLog } from '../log.ts'
import type { Snapshot } from '../scrape.ts'
import type { Command } from './command.ts'
import { configFile } from './flags.ts'
import { noSuchTarget, withFleet } from './once.ts'

const timeoutSeconds = 10

export const diagnose: Command = {
  name: 'diagnose',
  summary: 'Probes all targets once and says why those that are not well are not.',
  positionals: '[TARGET]',
  flags: {
    'config.file': configFile,
    lang: { type: 'string', default: 'en', description: `The language: ${languages.join(' or ')}.` },
    json: { type: 'boolean', description: 'Write JSON, as /api/diagnosis does.' },
  },
  async run(invocation) {
    const { positionals, values, switches, write, writeError } = invocation
    const [name, ...others] = positionals
    const language = languages.find((one) => one === values['lang'])
    if (!language || others.length > 0) {
      writeError(
        language
          ? 'watchpost: diagnose expects the name of one target at most, as in watchpost diagnose NAME\n'
          : `watchpost: --lang expects one of ${languages.join(', ')}, got ${JSON.stringify(values['lang'])}\n`,
      )
      return 2
    }
    return withFleet(invocation, async ({ scraper, history }) => {
      const snapshot = await scraper().scrape(timeoutSeconds)
      const findings = findingsOf(snapshot, { history, log: createLog('error') })
      const names = namesOf(snapshot, findings)
      if (name !== undefined && !names.includes(name)) {
        writeError(`watchpost: ${noSuchTarget(name, names)}\n`)
        return 2
      }
      const asked = name === undefined ? findings : findings.filter(({ target }) => target === name)
      const logs = await readLogs(asked, snapshot)
      if (switches.has('json'))
        write(`${JSON.stringify(diagnosisJson(asked, language, logs), undefined, 2)}\n`)
      else if (asked.length === 0) write(`${name ?? 'all targets'}: nothing wrong was found\n`)
      else write(asked.map((one) => reportDiagnosis(wordFinding(one, language), language, logs)).join('\n'))
      return asked.length === 0 ? 0 : 1
    })
  },
}

/** Tasks and the machine can be asked for as well as targets. */
function namesOf({ readings }: Snapshot, findings: readonly Finding[]): string[] {
  const all = Object.values(readings) as (Reading | undefined)[]
  const targets = all.flatMap((reading) => reading?.targets ?? [])
  const tasks = readings.tasks?.tasks ?? []
  const names = [...targets, ...findings].map(({ target }) => target)
  return [...new Set([...names, ...tasks.map(({ task }) => task), 'host'])]
}
