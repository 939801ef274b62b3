// The little SVG that is written by hand: text, boxes, and pictures within pictures.
import { theme } from './theme.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

interface TextOptions {
  readonly size?: number
  readonly colour?: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly weight?: number
}

export function write(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { size = 12, colour = theme.text, anchor = 'start', weight = 400 } = options
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}">${escape(text)}</text>`
}

export function rectangle({ x, y, width, height }: Box, fill: string, stroke = 'none'): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="2" fill="${fill}" stroke="${stroke}"/>`
}

export function nested({ x, y, width, height }: Box, content: string): string {
  return `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`
}

/** The text in lines that are at most so wide, of which there are at most so many. */
export function wrap(text: string, widthPixels: number, most: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest !== '' && lines.length < most) {
    const fitted = fit(rest, widthPixels)
    const isWhole = fitted === rest || lines.length === most - 1
    const end = isWhole ? rest.length : breakBefore(rest, fitted.length - 1)
    lines.push(isWhole ? fitted : rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return lines
}

/** At a space, and where there is none, as in Chinese, anywhere. */
function breakBefore(text: string, most: number): number {
  const space = text.lastIndexOf(' ', most)
  return space > most / 2 ? space : most
}

/** About as wide as the text is drawn; wide characters count for two. */
export function fit(text: string, widthPixels: number, size = 12): string {
  const most = Math.max(1, Math.floor(widthPixels / (size * 0.55)))
  const characters = Array.from(text)
  let used = 0
  const end = characters.findIndex((character) => (used += character > '\u2E80' ? 1.8 : 1) > most)
  return end === -1 ? text : `${characters.slice(0, Math.max(1, end - 1)).join('')}…`
}
