// Each dashboard as a ConfigMap, which the side-car of Grafana's chart finds by its label.
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { labels, name } from './names.ts'

/** Files by their path, as grafana/generate.ts makes them; those of one language. */
export function dashboards(files: Readonly<Record<string, string>>, language: string): readonly IConfigMap[] {
  const folder = `grafana/generated/${language}/`
  const own = Object.entries(files).filter(([path]) => path.startsWith(folder))
  return own.map(([path, text]) => {
    const file = path.slice(folder.length)
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `${name}-dashboard-${file.replace('.json', '')}`,
        labels: { ...labels, grafana_dashboard: '1' },
        annotations: { grafana_folder: 'Watchpost' },
      },
      data: { [`watchpost-${file}`]: text },
    }
  })
}
