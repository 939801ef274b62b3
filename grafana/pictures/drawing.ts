// What a panel is drawn from.
import type { Panel as Model } from '@grafana/grafana-foundation-sdk/dashboard'
import { say } from '../language.ts'
import type { Language } from '../language.ts'
import type { Asked } from '../proof/ask.ts'
import type { Series } from '../proof/ask.ts'
import type { Box } from './svg.ts'

export interface Drawing {
  readonly model: Model
  readonly language: Language
  readonly asked: readonly Asked[]
  /** From 0, 0; without the title. */
  readonly size: Pick<Box, 'width' | 'height'>
  readonly from: number
  readonly to: number
}

export interface NamedSeries extends Series {
  readonly name: string
  readonly refId: string | undefined
}

/** Every series of the panel with the name that its legend gives it. */
export function namedSeries({ asked, language }: Drawing): NamedSeries[] {
  return asked.flatMap(({ query, answer }) =>
    answer.series.map((one) => {
      const legend = say(query.legend ?? '', language)
      const name = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => one.labels[label] ?? '').trim()
      return { ...one, name, refId: query.refId }
    }),
  )
}

export function lastValue({ points }: Series): number | undefined {
  return points.at(-1)?.[1]
}
