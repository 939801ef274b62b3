// `npm run pictures`: draws dashboards of the demo fleet, with one service broken, for the README and the docs. What
// needs hours is drawn on the past that the proof writes, too.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dashboard } from '../dashboard.ts'
import { dashboards } from '../dashboards/index.ts'
import { all } from '../interpolation.ts'
import { languages } from '../language.ts'
import type { Destination } from '../links.ts'
import type { Asking } from '../proof/ask.ts'
import { startDemo } from '../proof/demo.ts'
import { secondsUntilPast, writePast } from '../proof/past.ts'
import { drawPage } from './page.ts'
import { inLightTheme } from './theme.ts'

const { values } = parseArgs({
  options: {
    'healthy-seconds': { type: 'string', default: '200' },
    'broken-seconds': { type: 'string', default: '60' },
    dashboards: { type: 'string', default: 'overview,topology,tasks,slo' },
    output: { type: 'string', default: join(import.meta.dirname, '../../docs/pictures') },
  },
})
const drawn = new Set(values.dashboards.split(','))
const brokenService = 'ohlc_api'
const healthySeconds = Number(values['healthy-seconds'])
const brokenSeconds = Number(values['broken-seconds'])

/** Where minutes say nothing, the range is as wide as this. */
const rangeSecondsOf: Partial<Record<Destination, number>> = { trends: 24 * 3600 }

async function drawAll(asking: Omit<Asking, 'variables'>): Promise<void> {
  const wanted = dashboards.map((make) => make()).filter(({ name }) => drawn.has(name))
  await mkdir(values.output, { recursive: true })
  for (const dashboard of wanted) {
    const { name } = dashboard
    const rangeSeconds = rangeSecondsOf[name] ?? asking.rangeSeconds
    const about = { ...asking, rangeSeconds, variables: chosen(dashboard) }
    for (const language of languages) {
      const page = await drawPage(dashboard, language, about)
      await write(`${name}.${language}`, page)
      if (name === 'overview') {
        await write(`${name}.light.${language}`, inLightTheme(page))
        await write(`${name}.phone.${language}`, await drawPage(dashboard, language, about, 'phone'))
      }
    }
  }
}

async function write(name: string, page: string): Promise<void> {
  const path = join(values.output, `${name}.svg`)
  await writeFile(path, page)
  process.stdout.write(`${path}\n`)
}

/** Everything where that can be chosen, else what is broken. */
function chosen({ variables = [] }: Dashboard): Asking['variables'] {
  return Object.fromEntries(variables.map(({ name, isMulti }) => [name, isMulti ? all : brokenService]))
}

const directory = await mkdtemp(join(tmpdir(), 'watchpost-pictures-'))
try {
  const { stack, server, present, stop } = await startDemo(directory, (line) =>
    process.stdout.write(`${line}\n`),
  )
  try {
    await delay(secondsUntilPast * 1000)
    await writePast(present)
    await delay((healthySeconds - secondsUntilPast) * 1000)
    await stack.fleet.break(brokenService, 'down')
    await delay(brokenSeconds * 1000)
    const rangeSeconds = healthySeconds + brokenSeconds
    await drawAll({ ...server, rangeSeconds, now: Date.now() / 1000, since: 0 })
  } finally {
    await stop()
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
