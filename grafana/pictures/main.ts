// `npm run pictures`: draws dashboards of the demo fleet, with one service broken, for the README and the docs.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { dashboards } from '../dashboards/index.ts'
import { all } from '../interpolation.ts'
import { languages } from '../language.ts'
import type { Destination } from '../links.ts'
import type { Asking } from '../proof/ask.ts'
import { startDemo } from '../proof/demo.ts'
import { drawPage } from './page.ts'

const { values } = parseArgs({
  options: {
    'healthy-seconds': { type: 'string', default: '240' },
    'broken-seconds': { type: 'string', default: '60' },
    output: { type: 'string', default: join(import.meta.dirname, '../../docs/pictures') },
  },
})
const drawn = new Set<Destination>(['overview', 'topology', 'tasks', 'slo'])
const healthySeconds = Number(values['healthy-seconds'])
const brokenSeconds = Number(values['broken-seconds'])

async function drawAll(asking: Asking): Promise<void> {
  const chosen = dashboards.map((make) => make()).filter(({ name }) => drawn.has(name))
  await mkdir(values.output, { recursive: true })
  for (const dashboard of chosen) {
    for (const language of languages) {
      const path = join(values.output, `${dashboard.name}.${language}.svg`)
      await writeFile(path, await drawPage(dashboard, language, asking))
      process.stdout.write(`${path}\n`)
    }
  }
}

const directory = await mkdtemp(join(tmpdir(), 'watchpost-pictures-'))
try {
  const { stack, server, stop } = await startDemo(directory, (line) => process.stdout.write(`${line}\n`))
  try {
    await delay(healthySeconds * 1000)
    await stack.fleet.break('ohlc_api', 'down')
    await delay(brokenSeconds * 1000)
    const rangeSeconds = healthySeconds + brokenSeconds
    await drawAll({ ...server, rangeSeconds, now: Date.now() / 1000, variables: { target: all, task: all } })
  } finally {
    await stop()
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
