// What `npm start` says once everything runs: what is up, where to look, what to try.
import { relative } from 'node:path'
import { controlPort } from './catalogue.ts'
import type { Fleet } from './fleet.ts'
import type { RunningRecovery, Stack } from './stack/stack.ts'
import { tasks } from './tasks.ts'

const shown = {
  exporter: 'every target with its state and the reason; /metrics, /api',
  prometheus: 'rules, what fires, queries',
  alertmanager: 'what was sent, silences',
  grafana: 'dashboards; begin with the overview',
  recovery: 'acts on faults, within its guards',
} as const

export function describeStack({ fleet, urls, configFile, recovery }: Stack): string {
  const config = `--config.file=${relative(process.cwd(), configFile)}`
  const all = { ...urls, recovery: recovery?.url }
  const addresses = Object.entries(shown).flatMap(([part, what]) => {
    const url = all[part as keyof typeof shown]
    const title = `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`
    return url === undefined ? [] : [`  ${title.padEnd(14)}${url.padEnd(24)}  ${what}`]
  })
  const counts = [
    `${Object.keys(fleet.services).length} services`,
    `${Object.keys(fleet.sources).length} data sources`,
    fleet.standbyUrl === undefined ? 'a database' : 'a database with its standby',
    ...(fleet.cacheUrl === undefined ? [] : ['a Redis']),
    `${tasks.length} scheduled tasks`,
  ].join(', ')
  return [
    '',
    `Watchpost watches ${counts} and this machine.`,
    '',
    ...addresses,
    '',
    'Break something, in another terminal:',
    '',
    `  ${controlCommand(fleet.controlUrl, 'break ohlc_api down')}`,
    '',
    urls.prometheus === undefined
      ? `${urls.exporter ?? ''}/metrics has watchpost_target_up 0 for it meanwhile.`
      : 'Half a minute later ServiceDown fires for it, and not for those that fail because of it. Alerts are listed below.',
    'Ask why, and mend it again:',
    '',
    `  npm run -s watchpost -- diagnose ${config}`,
    `  ${controlCommand(fleet.controlUrl, 'heal ohlc_api')}`,
    '',
    ...(recovery ? describeRecovery(fleet, recovery) : []),
    'How is each target, and is the whole chain in order?',
    '',
    `  npm run -s watchpost -- status ${config}`,
    `  npm run -s watchpost -- doctor ${config}`,
    '',
    'The same as a story, told by itself in a minute: npm run tour.',
    ...(recovery ? [] : ['With recovery, which mends some faults by itself: npm start -- --recovery=auto']),
    '',
    'Ctrl-C ends everything.',
    '',
  ].join('\n')
}

/** A fault for each action, and one that no action helps against. */
const curable = [
  'break ohlc_api oom',
  'break trainer leak',
  'break platform_db idle-session',
  'break fetch_ohlc fail-until-retried',
  'break host disk-full',
  'break trending_api bad-json',
]

function describeRecovery({ controlUrl }: Fleet, recovery: RunningRecovery): string[] {
  const place = (path: string): string => relative(process.cwd(), path)
  const control = `--url=${recovery.url} --token.file=${place(recovery.controlTokenFile)}`
  return [
    'Recovery acts on these; the last one it gives up on, and says so:',
    '',
    ...curable.map((words) => `  ${controlCommand(controlUrl, words)}`),
    '',
    'Others it leaves alone, each for a reason of its own: see the tables in docs/recovery.md.',
    '',
    `  npm run -s watchpost -- recovery status ${control}`,
    `  npm run -s watchpost -- recovery history --storage.path=${place(recovery.storagePath)}`,
    '',
  ]
}

function controlCommand(url: string, words: string): string {
  const isDefault = new URL(url).port === String(controlPort)
  return `npm run demo -- ${isDefault ? '' : `--control-url=${url} `}${words}`
}
