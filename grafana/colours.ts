// Grafana's named colours: they follow the light and the dark theme by themselves. A colour means the same everywhere.
export const colour = {
  good: 'green',
  warning: 'orange',
  bad: 'red',
  unknown: 'purple',
  neutral: 'text',
  calm: 'blue',
  faint: 'transparent',
} as const

export type Colour = (typeof colour)[keyof typeof colour]
