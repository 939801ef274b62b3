// Every dashboard in every language, as the files that Grafana's provisioning reads.
import { render } from './dashboard.ts'
import { dashboards } from './dashboards/index.ts'
import { languages } from './language.ts'

export function generate(): Promise<Record<string, string>> {
  const files = dashboards.flatMap((dashboard) =>
    languages.map((language) => {
      const spec = dashboard()
      const path = `grafana/generated/${language}/${spec.name.replaceAll('_', '-')}.json`
      return [path, `${JSON.stringify(render(spec, language), undefined, 2)}\n`] as const
    }),
  )
  return Promise.resolve(Object.fromEntries(files))
}
