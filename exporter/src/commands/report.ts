// Writes what the last days were like, for people.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { formatProblems } from '../config/problem.ts'
import { languages } from '../diagnosis/text.ts'
import type { Language } from '../diagnosis/text.ts'
import { explain } from '../log.ts'
import { renderChart } from '../report/chart.ts'
import { composeReport } from '../report/document.ts'
import type { ReportDocument } from '../report/document.ts'
import { readFacts } from '../report/facts.ts'
import { renderHtml } from '../report/html.ts'
import { chartFile, renderMarkdown } from '../report/markdown.ts'
import type { Command, Invocation } from './command.ts'
import { configFile } from './flags.ts'

const mostDays = 30

export const report: Command = {
  name: 'report',
  summary: 'Writes a report on the last days, as Markdown and as HTML with charts.',
  positionals: '',
  flags: {
    'config.file': configFile,
    days: { type: 'string', default: '7', description: `How many days, 1 to ${mostDays}.` },
    language: { type: 'string', default: 'en', description: `The language: ${languages.join(' or ')}.` },
    output: {
      type: 'string',
      default: 'watchpost-report',
      description:
        'The directory to write report.md, report.html and the charts to; made where it is lacking.',
    },
  },
  async run(invocation) {
    const { values, environment, writeError } = invocation
    const days = /^\d{1,2}$/.test(values['days'] ?? '') ? Number(values['days']) : 0
    const language = languages.find((one) => one === values['language'])
    if (days < 1 || days > mostDays || !language) {
      writeError(
        language
          ? `watchpost: --days expects a whole number from 1 to ${mostDays}, got ${JSON.stringify(values['days'])}\n`
          : `watchpost: --language expects one of ${languages.join(', ')}, got ${JSON.stringify(values['language'])}\n`,
      )
      return 2
    }
    const file = values['config.file'] ?? ''
    const { config, problems } = await loadConfig(file, environment)
    if (problems) {
      writeError(`${formatProblems(problems, file)}\n`)
      return 2
    }
    const { settings } = config
    const { prometheus } = settings.upstream
    if (prometheus === undefined) {
      writeError(`${file}: upstream.prometheus: expected the address of Prometheus, which has the history\n`)
      return 2
    }
    return writeReport({ prometheus, days, settings, now: Date.now() / 1000 }, language, invocation)
  },
}

async function writeReport(
  options: Parameters<typeof readFacts>[0],
  language: Language,
  { values, write, writeError }: Invocation,
): Promise<number> {
  const directory = values['output'] ?? ''
  try {
    const document = composeReport(await readFacts(options), language)
    await writeFiles(directory, document)
  } catch (error) {
    writeError(`watchpost: report from ${options.prometheus} to ${directory}: ${explain(error)}\n`)
    return 1
  }
  write(`${join(directory, 'report.html')}\n${join(directory, 'report.md')}\n`)
  return 0
}

async function writeFiles(directory: string, document: ReportDocument): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const { chart } of document.sections) {
    if (chart) await writeFile(join(directory, chartFile(chart.id)), `${renderChart(chart)}\n`)
  }
  await writeFile(join(directory, 'report.md'), renderMarkdown(document))
  await writeFile(join(directory, 'report.html'), renderHtml(document))
}
