// What is known of sources by name. Whatever the configuration says goes before it.
import { quota } from './quota/section.ts'
import type { QuotaSection } from './quota/section.ts'
import type { HttpSource } from './section.ts'

interface Preset {
  readonly minIntervalSeconds: number
  readonly quota: QuotaSection | undefined
}

const presets: Readonly<Record<HttpSource['kind'], Preset>> = {
  http: { minIntervalSeconds: 0, quota: undefined },
  // Megabytes a day, 500 for guests and 5,000 for members, full again at eight; one text for both when they are used up.
  finlab: {
    minIntervalSeconds: 300,
    quota: quota.parse({
      used: '$.quota',
      limit: '$.limit_size',
      unit: 'megabytes',
      resets: '08:00 Asia/Taipei',
      statuses: [402, 429],
      exceeded: 'Usage exceed',
    }),
  },
  // CMoney publishes nothing about its APIs: the contract says where and how much, the answer what is left.
  cmoney: { minIntervalSeconds: 300, quota: undefined },
}

/** A source whose quota is told costs something, so it is asked more seldom unless the configuration says otherwise. */
const quotaIntervalSeconds = 60

export function applyPreset(source: HttpSource): HttpSource {
  const preset = presets[source.kind]
  const least = source.quota ? quotaIntervalSeconds : 0
  return {
    ...source,
    min_interval: source.min_interval ?? Math.max(preset.minIntervalSeconds, least),
    quota: source.quota ? { ...preset.quota, ...source.quota } : preset.quota,
  }
}
