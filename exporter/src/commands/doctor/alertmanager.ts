// Whether Alertmanager is there, gets our alerts, and has somebody to tell.
import { parse } from 'yaml'
import { z } from 'zod'
import { askUpstream, readAlerts } from '../../upstream.ts'
import { finding, lookAt, well } from './check.ts'
import type { Check } from './check.ts'
import { checkClock } from './clock.ts'

const status = z.object({
  versionInfo: z.object({ version: z.string() }),
  config: z.object({ original: z.string() }),
})
const configuration = z.object({
  receivers: z.array(z.looseObject({ name: z.string() })).default([]),
})
const silences = z.array(
  z.object({ status: z.object({ state: z.string() }), comment: z.string(), endsAt: z.string() }),
)

export function checkAlertmanager(base: string): Promise<readonly Check[]> {
  return lookAt('alertmanager', `start it, or correct upstream.alertmanager, ${base}`, async () => {
    const { versionInfo, config } = await askUpstream(base, { path: '/api/v2/status' }, status)
    const [alerts, silenced, clock] = await Promise.all([
      readAlerts(base),
      askUpstream(base, { path: '/api/v2/silences' }, silences),
      checkClock('alertmanager', base),
    ])
    const watched = alerts.some(({ labels }) => labels['alertname'] === 'Watchdog')
    return [
      well('alertmanager', `${versionInfo.version} at ${base}`),
      judgeReceivers(config.original),
      watched
        ? well('alerts', 'Prometheus sends them: Watchdog, which always fires, is here')
        : finding(
            'alerts',
            'Watchdog, which always fires, has not arrived',
            'name this Alertmanager under alerting in prometheus.yml and load the rules; a new Prometheus takes a minute',
          ),
      judgeSilences(silenced.filter((silence) => silence.status.state === 'active')),
      clock,
    ]
  })
}

/** A receiver without an integration takes alerts and tells nobody. */
export function judgeReceivers(original: string): Check {
  const { receivers } = configuration.parse(parse(original))
  const told = receivers.flatMap(({ name, ...integrations }) => {
    const kinds = Object.entries(integrations).flatMap(([key, list]) =>
      key.endsWith('_configs') && Array.isArray(list) && list.length > 0
        ? [key.replace(/_configs$/, '')]
        : [],
    )
    return kinds.length === 0 ? [] : [`${name} (${kinds.join(', ')})`]
  })
  if (told.length > 0) return well('receivers', told.join(', '))
  return finding(
    'receivers',
    'none of them has a channel, so nobody is told',
    'name channels in ALERT_CHANNELS, render and reload Alertmanager, then watchpost alerts test',
  )
}

function judgeSilences(active: readonly { readonly comment: string; readonly endsAt: string }[]): Check {
  if (active.length === 0) return well('silences', 'none holds alerts back')
  const shown = active.map(({ comment, endsAt }) => `"${comment}" until ${endsAt}`)
  return well('silences', `${active.length} hold alerts back: ${shown.join(', ')}`)
}
