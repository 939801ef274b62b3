// The page at /: every target with its state and reason, for eyes and for screen readers.
import type { RequestHandler } from 'express'
import type { Reading } from '../collectors/collector.ts'
import { countByStatus } from '../collectors/target.ts'
import type { TargetReading } from '../collectors/target.ts'
import { formatShard } from '../config/shard.ts'
import type { History, Verdict } from '../history.ts'
import type { Snapshot } from '../scrape.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { summarise } from '../diagnosis/wording.ts'
import type { Served } from './served.ts'
import { findingsOf } from './diagnosis.ts'

export function serveLanding(served: Served): RequestHandler {
  return (_request, response) => {
    const snapshot = served.scraper().last()
    const findings = snapshot ? findingsOf(snapshot, served) : []
    response.type('html').send(renderLanding(snapshot, { ...served, findings }))
  }
}

type Shown = Pick<Served, 'version' | 'history'> & { readonly findings: readonly Finding[] }

function renderLanding(snapshot: Snapshot | undefined, { version, history, findings }: Shown): string {
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
  th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; white-space: nowrap }
  tbody th, .why, li { overflow-wrap: anywhere; white-space: normal }
  tbody th { min-width: 16rem }
  svg { max-width: 100%; vertical-align: middle } rect { fill: currentColor }
  @media (max-width: 60rem) {
    table, caption, tbody, tr, th, td { display: block }
    thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px }
    tr { border-bottom: 1px solid #8886; padding: .5rem 0 }
    th, td { border: 0; padding: .1rem .8rem .1rem 0 }
    td:not(.why) { display: inline-block } .why:empty { display: inline }
  }
  html { background: #fff; color: #1b1b1b } a { color: #0b57d0 }
  .error { color: #c62828; font-weight: 700 } .warning { color: #8a5200; font-weight: 700 } .healthy { color: #2e7d32 }
  @media (prefers-color-scheme: dark) {
    html { background: #121212; color: #eee } a { color: #8ab4f8 }
    .error { color: #ff8a80 } .warning { color: #ffb74d } .healthy { color: #81c784 }
  }
</style>
</head>
<body>
<main>
<h1>Watchpost</h1>
<p>Version ${escapeHtml(version)}.${snapshot?.shard ? ` Shard ${formatShard(snapshot.shard)} of the fleet.` : ''} <a href="/metrics">Metrics</a> · <a href="/config">Configuration</a> · <a href="/api/openapi.json">API</a> · <a href="/health">Health</a></p>
${renderFindings(findings)}${snapshot ? renderTargets(snapshot, history) : '<p>Nothing has been probed yet: probes run when <a href="/metrics">/metrics</a> is asked for.</p>'}
</main>
</body>
</html>
`
}

const shownFindings = 100

/** Above the table, since tasks and the machine are no targets; nothing at all where nothing is wrong. */
function renderFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  const items = findings.slice(0, shownFindings).map((finding) => {
    const style = finding.severity === 'critical' ? 'error' : 'warning'
    return `<li><span class="${style}">${finding.severity}</span> ${escapeHtml(summarise(finding, 'en'))}</li>`
  })
  return `<h2>Diagnosis</h2>\n<p>${findings.length} found, with evidence at <a href="/api/diagnosis">/api/diagnosis</a>.</p>\n<ul>\n${items.join('\n')}\n</ul>\n`
}

const columns = ['Target', 'Kind', 'Status', 'Reason', 'Took', 'Last verdicts']

function renderTargets(snapshot: Snapshot, history: History): string {
  const readings = Object.values(snapshot.readings) as (Reading | undefined)[]
  const targets = readings.flatMap((reading) => reading?.targets ?? [])
  const when = new Date(snapshot.startedAt * 1000).toISOString()
  // The roles are spelled out because a narrow screen shows the table as blocks.
  return `<table role="table">
<caption>${countByStatus(targets)}, as probed at <time datetime="${when}">${when.slice(0, 19).replace('T', ' ')} UTC</time></caption>
<thead role="rowgroup"><tr role="row">${columns.map((name) => `<th scope="col" role="columnheader">${name}</th>`).join('')}</tr></thead>
<tbody role="rowgroup">
${targets.map((target) => renderTarget(target, history.of(target.target))).join('\n')}
</tbody>
</table>`
}

function renderTarget(target: TargetReading, verdicts: readonly Verdict[]): string {
  const took = target.durationSeconds === undefined ? '' : `${Math.round(target.durationSeconds * 1000)} ms`
  const why = target.reason === 'none' ? '' : [target.reason, target.detail].filter(Boolean).join(': ')
  const cells = [
    cell(escapeHtml(target.kind.replace('_', ' '))),
    cell(`<span class="${target.status}">${target.status}</span>`),
    cell(escapeHtml(why), 'why'),
    cell(escapeHtml(took)),
    cell(renderVerdicts(verdicts)),
  ]
  const link = `<a href="/probe?target=${encodeURIComponent(target.target)}&amp;debug=true">${escapeHtml(target.target)}</a>`
  return `<tr role="row"><th scope="row" role="rowheader">${link}</th>${cells.join('')}</tr>`
}

function cell(html: string, style?: string): string {
  return `<td role="cell"${style === undefined ? '' : ` class="${style}"`}>${html}</td>`
}

const height: Readonly<Record<Verdict['status'], number>> = { healthy: 6, warning: 11, error: 16, unknown: 2 }

/** A bar for each verdict: what is worse is taller, so that nothing hangs on colour alone. */
function renderVerdicts(verdicts: readonly Verdict[]): string {
  const bars = verdicts.map(({ status }, index) => {
    const tall = height[status]
    return `<rect class="${status}" x="${index * 3}" y="${16 - tall}" width="2" height="${tall}"/>`
  })
  const failed = verdicts.filter(({ status }) => status === 'error').length
  const label = `${verdicts.length} verdicts, ${failed} of them errors`
  const width = Math.max(3, verdicts.length * 3)
  return `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} 16" width="${width}" height="16" preserveAspectRatio="none"><title>${label}</title>${bars.join('')}</svg>`
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
