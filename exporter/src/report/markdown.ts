// A report as Markdown; its charts are files beside it.
import type { ReportDocument, Section, Table } from './document.ts'
import { escapeMarkdown } from './markup.ts'

export function renderMarkdown({ title, subtitle, sections }: ReportDocument): string {
  return `${[`# ${title}`, subtitle, ...sections.flatMap(renderSection)].join('\n\n')}\n`
}

export function chartFile(id: string): string {
  return `${id}.svg`
}

function renderSection({ title, sentences, items, chart, table }: Section): string[] {
  return [
    `## ${title}`,
    ...sentences.map(escapeMarkdown),
    ...(items.length > 0 ? [items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')] : []),
    ...(chart ? [`![${escapeMarkdown(chart.description)}](${chartFile(chart.id)})`] : []),
    ...(table ? [renderTable(table)] : []),
  ]
}

function renderTable({ head, rows, wordColumns }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  return [
    line(head),
    `|${head.map((_, index) => (index < wordColumns ? ' --- |' : ' --: |')).join('')}`,
    ...rows.map(line),
  ].join('\n')
}
