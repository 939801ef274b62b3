import { lastValue, namedSeries } from './drawing.ts'
import type { Drawing } from './drawing.ts'
import { fit, rectangle, write } from './svg.ts'
import { theme } from './theme.ts'
import { show } from './values.ts'

export function drawBars(drawing: Drawing): string {
  const { model, size } = drawing
  const config = model.fieldConfig?.defaults ?? {}
  const [least, most] = [config.min ?? 0, config.max ?? 1]
  const series = namedSeries(drawing)
  const height = Math.min(30, size.height / Math.max(1, series.length))
  const [names, numbers] = [size.width * 0.36, 84]
  const room = size.width - names - numbers
  return series
    .map((one, index) => {
      const value = lastValue(one) ?? 0
      const { text, colour } = show(value, config)
      const share = Math.max(0, Math.min(1, (value - least) / (most - least)))
      const y = index * height
      return [
        write(names - 8, y + height / 2 + 4, fit(one.name, names - 10), { anchor: 'end' }),
        rectangle({ x: names, y: y + 4, width: room, height: height - 8 }, theme.grid),
        rectangle({ x: names, y: y + 4, width: room * share, height: height - 8 }, colour),
        write(names + room + 8, y + height / 2 + 4, text, { colour }),
      ].join('')
    })
    .join('')
}
