// What kubectl asks an API server about itself: its kinds, and whether it refuses unknown fields.
import { groupVersionOf, groupVersions, kinds, rootOf } from './kinds.ts'

const verbs = ['create', 'get', 'list', 'patch', 'watch']

function resourceList(groupVersion: string): object {
  const resources = kinds
    .filter((kind) => groupVersionOf(kind) === groupVersion)
    .map(({ kind, plural, isNamespaced }) => ({
      kind,
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: isNamespaced,
      verbs,
    }))
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
}

function groupList(): object {
  const named = groupVersions.filter((groupVersion) => groupVersion.includes('/'))
  const groups = Object.entries(Object.groupBy(named, (one) => one.split('/')[0] ?? '')).map(
    ([name, found = []]) => {
      const versions = found.map((groupVersion) => ({ groupVersion, version: groupVersion.split('/')[1] }))
      return { name, versions, preferredVersion: versions[0] }
    },
  )
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

/** Of OpenAPI only what kubectl looks for: that the server itself validates fields. */
function openApi(groupVersion: string): object {
  const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }]
  const paths = kinds
    .filter((kind) => groupVersionOf(kind) === groupVersion)
    .map(({ group, version, kind, plural, isNamespaced }) => {
      const patch = { 'x-kubernetes-group-version-kind': { group, version, kind }, parameters, responses: {} }
      const place = isNamespaced ? 'namespaces/{namespace}/' : ''
      return [`/${rootOf(groupVersion)}/${place}${plural}/{name}`, { patch }]
    })
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: Object.fromEntries(paths) as object,
  }
}

const documents: ReadonlyMap<string, object> = new Map([
  ['/version', { major: '1', minor: '36', gitVersion: 'v1.36.0' }],
  ['/api', { kind: 'APIVersions', versions: ['v1'] }],
  ['/apis', groupList()],
  [
    '/openapi/v3',
    {
      paths: Object.fromEntries(
        groupVersions.map((one) => [rootOf(one), { serverRelativeURL: `/openapi/v3/${rootOf(one)}` }]),
      ) as object,
    },
  ],
  ...groupVersions.flatMap((one): [string, object][] => [
    [`/${rootOf(one)}`, resourceList(one)],
    [`/openapi/v3/${rootOf(one)}`, openApi(one)],
  ]),
])

export function discover(path: string): object | undefined {
  return documents.get(path)
}
