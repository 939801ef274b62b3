// The page at /: every target with its state and reason, for eyes and for screen readers.
import type { RequestHandler } from 'express'
import type { Reading } from '../collectors/collector.ts'
import type { TargetReading } from '../collectors/target.ts'
import type { Snapshot } from '../scrape.ts'
import type { Served } from './app.ts'

export function serveLanding(served: Served): RequestHandler {
  return (_request, response) => {
    response.type('html').send(renderLanding(served.scraper().last(), served.version))
  }
}

export function renderLanding(snapshot: Snapshot | undefined, version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Watchpost</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  caption { text-align: left; padding-bottom: .5rem }
  th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top }
  .error { color: #c62828; font-weight: 700 } .warning { color: #b26a00; font-weight: 700 } .healthy { color: #2e7d32 }
  @media (prefers-color-scheme: dark) { .error { color: #ff8a80 } .warning { color: #ffb74d } .healthy { color: #81c784 } }
</style>
</head>
<body>
<h1>Watchpost</h1>
<p>Version ${escapeHtml(version)}. <a href="/metrics">Metrics</a> · <a href="/health">Health</a></p>
${snapshot ? renderTargets(snapshot) : '<p>Nothing has been probed yet: probes run when <a href="/metrics">/metrics</a> is asked for.</p>'}
</body>
</html>
`
}

function renderTargets(snapshot: Snapshot): string {
  const readings = Object.values(snapshot.readings) as (Reading | undefined)[]
  const targets = readings.flatMap((reading) => reading?.targets ?? [])
  const when = new Date(snapshot.startedAt * 1000).toISOString()
  return `<table>
<caption>${targets.length} targets, as probed at <time datetime="${when}">${when}</time></caption>
<thead><tr><th scope="col">Target</th><th scope="col">Kind</th><th scope="col">Status</th><th scope="col">Reason</th><th scope="col">Took</th></tr></thead>
<tbody>
${targets.map(renderTarget).join('\n')}
</tbody>
</table>`
}

function renderTarget(target: TargetReading): string {
  const took = target.durationSeconds === undefined ? '' : `${Math.round(target.durationSeconds * 1000)} ms`
  const why = target.reason === 'none' ? '' : [target.reason, target.detail].filter(Boolean).join(': ')
  const cells = [target.kind.replace('_', ' '), '', why, took].map(escapeHtml)
  cells[1] = `<span class="${target.status}">${target.status}</span>`
  return `<tr><th scope="row">${escapeHtml(target.target)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
