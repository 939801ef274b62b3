// A report as one HTML file that needs nothing else.
import { renderChart, renderKey } from './chart.ts'
import type { ReportDocument, Section, Table } from './document.ts'
import { escapeMarkup } from './markup.ts'

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; }
@media (prefers-color-scheme: dark) { :root { --ground: #15181c; --ink: #e6e8eb; --faint: #a8b0b9; --line: #3b4249; } }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, 'Noto Sans TC', 'Noto Sans CJK TC', 'Microsoft JhengHei', 'PingFang TC', sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.2rem; }
header p, caption { color: var(--faint); }
.chart { width: 100%; height: auto; overflow: visible; }
@media (max-width: 40rem) { .chart text { font-size: 18px; } }
.key { width: 1.75rem; height: 0.5rem; margin-right: 0.5rem; vertical-align: middle; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; }
.word { text-align: left; }
tbody th, td { white-space: nowrap; }
thead th { font-weight: 600; vertical-align: bottom; min-width: 4.5em; }
tbody th { font-weight: 500; }
@media print { h2 { break-after: avoid; } section, .chart, tr { break-inside: avoid; } table { font-size: 0.75rem; } .wide { overflow: visible; } }
`

export function renderHtml({ language, title, subtitle, sections }: ReportDocument): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escapeMarkup(title)}</h1><p>${escapeMarkup(subtitle)}</p></header>
<main>
${sections.map(renderSection).join('\n')}
</main>
</body>
</html>
`
}

function renderSection({ title, sentences, items, chart, table }: Section): string {
  return [
    `<section><h2>${escapeMarkup(title)}</h2>`,
    ...sentences.map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
    ...(items.length > 0
      ? [`<ul>${items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('')}</ul>`]
      : []),
    ...(chart ? [renderChart(chart)] : []),
    ...(table ? [renderTable(table)] : []),
    '</section>',
  ].join('\n')
}

/** What is wider than a telephone scrolls by itself, also with the keyboard. */
function renderTable({ caption, head, rows, wordColumns, lines }: Table): string {
  const align = (column: number): string => (column < wordColumns ? ' class="word"' : '')
  const titles = head.map((cell, column) => `<th scope="col"${align(column)}>${escapeMarkup(cell)}</th>`)
  const body = rows.map(([first = '', ...rest], index) => {
    const line = lines[index]
    const key = line === undefined ? '' : renderKey(line)
    const cells = rest.map((cell, column) => `<td${align(column + 1)}>${escapeMarkup(cell)}</td>`).join('')
    return `<tr><th scope="row" class="word">${key}${escapeMarkup(first)}</th>${cells}</tr>`
  })
  const label = escapeMarkup(caption)
  return `<div class="wide" role="region" aria-label="${label}" tabindex="0"><table><caption>${label}</caption><thead><tr>${titles.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
}
