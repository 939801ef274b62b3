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

/** What Grafana's light theme has in their place. */
const light: Readonly<Record<string, string>> = {
  [theme.page]: '#f4f5f5',
  [theme.panel]: '#ffffff',
  [theme.border]: '#dcdde0',
  [theme.text]: '#24292e',
  [theme.faint]: '#75757f',
  [theme.grid]: '#e4e5e8',
  '#6e9fff': '#1f62e0',
  '#73bf69': '#56a64b',
  '#ff9830': '#ff780a',
  '#f2495c': '#e02f44',
  '#b877d9': '#a352cc',
  '#5794f2': '#3274d9',
}

export function inLightTheme(svg: string): string {
  return svg.replaceAll(/#[\da-f]{6}\b/g, (colour) => light[colour] ?? colour)
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
