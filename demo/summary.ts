// What `npm start` says once everything runs.
import { relative } from 'node:path'
import { controlPort } from './catalogue.ts'
import type { Stack } from './stack/stack.ts'

export function describeStack({ fleet, urls, configFile }: Stack): string {
  const config = `--config.file=${relative(process.cwd(), configFile)}`
  const addresses = [
    ['Exporter', urls.exporter],
    ['Prometheus', urls.prometheus],
    ['Alertmanager', urls.alertmanager],
    ['Grafana', urls.grafana],
  ].flatMap(([title, url]) => (url === undefined ? [] : [`  ${title?.padEnd(14)}${url}`]))
  return [
    '',
    `Watchpost watches ${Object.keys(fleet.services).length} services.`,
    '',
    ...addresses,
    '',
    'Try next, in another terminal:',
    '',
    `  ${controlCommand(fleet.controlUrl, 'break ohlc_api down')}`,
    `  ${controlCommand(fleet.controlUrl, 'heal ohlc_api')}`,
    '',
    urls.prometheus === undefined
      ? `${urls.exporter ?? ''}/metrics has watchpost_target_up 0 for it meanwhile.`
      : 'Half a minute after the first, ServiceDown fires for it; alerts are listed below as they come and go.',
    '',
    'How is each target, and is the whole chain in order?',
    '',
    `  npm run -s watchpost -- status ${config}`,
    `  npm run -s watchpost -- doctor ${config}`,
    '',
    'Ctrl-C ends everything.',
    '',
  ].join('\n')
}

function controlCommand(url: string, words: string): string {
  const isDefault = new URL(url).port === String(controlPort)
  return `npm run demo -- ${isDefault ? '' : `--control-url=${url} `}${words}`
}
