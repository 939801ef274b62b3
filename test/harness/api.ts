// What the API asks for the past and for alerts, with answers that are known.
import type { RequestListener } from 'node:http'

const week = Array.from({ length: 169 }, (_, hour) => [
  1_800_000_000 + hour * 3600,
  String(0.4 + hour / 1_000),
])
/** One rising series, whatever the question. */
export const prometheus: RequestListener = (_request, response) => {
  response.end(
    JSON.stringify({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { target: 'ohlc_api', signal: 'response_time', alertname: 'SignalUnusual' },
            values: week,
          },
        ],
      },
    }),
  )
}
export const alertmanager: RequestListener = (_request, response) => {
  const alert = {
    labels: { alertname: 'ServiceDown', severity: 'critical', target: 'ohlc_api' },
    annotations: { summary: 'Down.' },
    startsAt: '2026-11-23T20:00:00.000Z',
    endsAt: '2026-11-23T20:05:00.000Z',
    status: { state: 'active', inhibitedBy: [], silencedBy: [] },
  }
  response.end(JSON.stringify([alert]))
}
