// The Pod Security Standard `restricted`, as the API server holds each pod of a namespace against it that enforces it.
import type { IPod } from 'kubernetes-models/v1/Pod'

type Spec = NonNullable<IPod['spec']>
type Container = Spec['containers'][number]

const allowedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

/** What it has against the pod. */
export function violations({ spec }: IPod): string[] {
  if (!spec) return ['no spec']
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  return [...violationsOfPod(spec), ...containers.flatMap((container) => violationsOf(container, spec))]
}

function violationsOfPod(spec: Spec): string[] {
  const volumes = (spec.volumes ?? []).flatMap((volume) => Object.keys(volume))
  return [
    ...(spec.hostNetwork || spec.hostPID || spec.hostIPC ? ['host namespaces'] : []),
    ...(spec.securityContext?.sysctls?.length ? ['sysctls'] : []),
    ...volumes
      .filter((field) => field !== 'name' && !allowedVolumes.has(field))
      .map((field) => `restricted volume types: ${field}`),
  ]
}

type Rule = readonly [rule: string, isKept: (container: Container, ofPod: PodContext) => boolean]
type PodContext = NonNullable<Spec['securityContext']>

const rules: readonly Rule[] = [
  ['privileged', ({ securityContext: own }) => own?.privileged !== true],
  [
    'allowPrivilegeEscalation != false',
    ({ securityContext: own }) => own?.allowPrivilegeEscalation === false,
  ],
  [
    'runAsNonRoot != true',
    ({ securityContext: own }, ofPod) => (own?.runAsNonRoot ?? ofPod.runAsNonRoot) === true,
  ],
  ['runAsUser=0', ({ securityContext: own }, ofPod) => (own?.runAsUser ?? ofPod.runAsUser) !== 0],
  [
    'seccompProfile',
    ({ securityContext: own }, ofPod) =>
      ['RuntimeDefault', 'Localhost'].includes((own?.seccompProfile ?? ofPod.seccompProfile)?.type ?? ''),
  ],
  ['must drop ALL', ({ securityContext: own }) => own?.capabilities?.drop?.includes('ALL') === true],
  [
    'adds more than NET_BIND_SERVICE',
    ({ securityContext: own }) =>
      (own?.capabilities?.add ?? []).every((capability) => capability === 'NET_BIND_SERVICE'),
  ],
  ['procMount', ({ securityContext: own }) => (own?.procMount ?? 'Default') === 'Default'],
  ['hostPort', ({ ports = [] }) => ports.every(({ hostPort = 0 }) => hostPort === 0)],
]

function violationsOf(container: Container, { securityContext: ofPod = {} }: Spec): string[] {
  return rules
    .filter(([, isKept]) => !isKept(container, ofPod))
    .map(([rule]) => `container "${container.name}": ${rule}`)
}
