// The colours of Grafana's dark theme, so that the pictures look as the dashboards do.
import type { Colour } from '../colours.ts'

export const theme = {
  page: '#111217',
  panel: '#181b1f',
  border: '#2e3136',
  text: '#ccccdc',
  faint: '#8e8e9a',
  grid: '#2a2d33',
  font: "Inter, Helvetica, Arial, 'Noto Sans TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif",
} as const

const named: Readonly<Record<Colour, string>> = {
  green: '#73bf69',
  orange: '#ff9830',
  red: '#f2495c',
  purple: '#b877d9',
  blue: '#5794f2',
  text: theme.text,
  transparent: 'transparent',
}

export const palette = [
  '#73bf69',
  '#fade2a',
  '#5794f2',
  '#ff9830',
  '#f2495c',
  '#b877d9',
  '#8ab8ff',
  '#96d98d',
]

export function paint(colour: string | undefined): string {
  return (named as Readonly<Record<string, string>>)[colour ?? 'text'] ?? colour ?? theme.text
}
