// What `npm start` says once everything runs: what is up, where to look, what to try.
import { relative } from 'node:path'
import { controlPort } from './catalogue.ts'
import type { Stack } from './stack/stack.ts'
import { tasks } from './tasks.ts'

const shown = {
  exporter: 'every target with its state and the reason; /metrics, /api',
  prometheus: 'rules, what fires, queries',
  alertmanager: 'what was sent, silences',
  grafana: 'dashboards; begin with the overview',
} as const

export function describeStack({ fleet, urls, configFile }: Stack): string {
  const config = `--config.file=${relative(process.cwd(), configFile)}`
  const addresses = Object.entries(shown).flatMap(([part, what]) => {
    const url = urls[part as keyof typeof shown]
    const title = `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`
    return url === undefined ? [] : [`  ${title.padEnd(14)}${url.padEnd(24)}  ${what}`]
  })
  const counts = [
    `${Object.keys(fleet.services).length} services`,
    `${Object.keys(fleet.sources).length} data sources`,
    'a database',
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
    'How is each target, and is the whole chain in order?',
    '',
    `  npm run -s watchpost -- status ${config}`,
    `  npm run -s watchpost -- doctor ${config}`,
    '',
    'The same as a story, told by itself in two minutes: npm run tour.',
    '',
    'Ctrl-C ends everything.',
    '',
  ].join('\n')
}

function controlCommand(url: string, words: string): string {
  const isDefault = new URL(url).port === String(controlPort)
  return `npm run demo -- ${isDefault ? '' : `--control-url=${url} `}${words}`
}
