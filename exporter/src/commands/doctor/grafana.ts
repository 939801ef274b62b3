// Whether Grafana is there and has our dashboards.
import { z } from 'zod'
import { askUpstream } from '../../upstream.ts'
import { finding, lookAt, well } from './check.ts'
import type { Check } from './check.ts'

const subject = 'grafana'
const health = z.object({ database: z.string(), version: z.string().optional() })
const found = z.array(z.object({ uid: z.string() }))
const home = 'watchpost-overview'

export async function checkGrafana(base: string, token: string | undefined): Promise<readonly Check[]> {
  const headers: Readonly<Record<string, string>> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  const reached = await lookAt(subject, `start Grafana, or correct --grafana.url=${base}`, async () => {
    const { database, version } = await askUpstream(base, { path: '/api/health' }, health)
    if (database !== 'ok') return [finding(subject, `its database is ${database}`, 'read the log of Grafana')]
    return [well(subject, `${version ?? 'some version'} answers`)]
  })
  if (reached.some(({ state }) => state !== 'well')) return reached
  const advice =
    'where it refuses: put the token of a service account with the role Viewer into GRAFANA_TOKEN'
  const search = { path: '/api/search', parameters: { tag: 'watchpost', type: 'dash-db' }, headers }
  const dashboards = await lookAt('dashboards', advice, async () => [
    judgeDashboards((await askUpstream(base, search, found)).map(({ uid }) => uid)),
  ])
  return [...reached, ...dashboards]
}

function judgeDashboards(uids: readonly string[]): Check {
  if (uids.includes(home)) return well('dashboards', `${uids.length} are provisioned`)
  return finding(
    'dashboards',
    uids.length === 0 ? 'none is provisioned' : `${home} is not among the ${uids.length} that are`,
    'mount grafana/provisioning, and let WATCHPOST_DASHBOARDS name the folder grafana/generated/en or zh-TW',
  )
}
