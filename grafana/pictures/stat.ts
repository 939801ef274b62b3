import { lastValue, namedSeries } from './drawing.ts'
import type { Drawing } from './drawing.ts'
import { fit, rectangle, write } from './svg.ts'
import { theme } from './theme.ts'
import { show } from './values.ts'

export function drawStat(drawing: Drawing): string {
  const { model, size } = drawing
  const { colorMode, textMode } = model.options as { readonly colorMode?: string; readonly textMode?: string }
  const series = namedSeries(drawing)
  const width = size.width / Math.max(1, series.length)
  const isFilled = colorMode === 'background'
  const tiles = series.map((one, index) => {
    const { text, colour } = show(lastValue(one) ?? 0, model.fieldConfig?.defaults ?? {})
    const shown = textMode === 'name' ? one.name : text
    const middle = index * width + width / 2
    const box = { x: index * width + 3, y: 2, width: width - 6, height: size.height - 4 }
    const ink = isFilled ? '#ffffff' : colour
    const fontSize = Math.min(34, Math.floor((width * 1.5) / Math.max(4, shown.length)))
    return [
      isFilled ? rectangle(box, colour) : '',
      write(middle, size.height / 2 + fontSize / 3, shown, {
        size: fontSize,
        colour: ink,
        anchor: 'middle',
        weight: 600,
      }),
      textMode === 'value_and_name' && one.name !== ''
        ? write(middle, size.height - 12, fit(one.name, width, 11), {
            size: 11,
            colour: isFilled ? ink : theme.faint,
            anchor: 'middle',
          })
        : '',
    ].join('')
  })
  return tiles.join('')
}
