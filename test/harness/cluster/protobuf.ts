// What `kubectl create` sends is Kubernetes' protobuf, of which this reads the two kinds that it creates here.
// Numbers of fields: k8s.io/api/core/v1/generated.proto and k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto.

type Reading = 'text' | 'base64' | 'nothing' | { readonly values: 'text' | 'base64' } | Shape
interface Shape {
  readonly [number: number]: readonly [name: string, reading: Reading]
}

const metadata: Shape = {
  1: ['name', 'text'],
  2: ['generateName', 'nothing'],
  3: ['namespace', 'text'],
  4: ['selfLink', 'nothing'],
  5: ['uid', 'nothing'],
  6: ['resourceVersion', 'nothing'],
  7: ['generation', 'nothing'],
  8: ['creationTimestamp', 'nothing'],
  11: ['labels', { values: 'text' }],
  12: ['annotations', { values: 'text' }],
}
const shapes: Readonly<Record<string, Shape>> = {
  'v1 Namespace': { 1: ['metadata', metadata], 2: ['spec', 'nothing'], 3: ['status', 'nothing'] },
  'v1 Secret': { 1: ['metadata', metadata], 2: ['data', { values: 'base64' }], 3: ['type', 'text'] },
}
const typeMeta: Shape = { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] }
const magic = Buffer.from('k8s\0')

export function decode(body: Buffer): object {
  if (!body.subarray(0, magic.length).equals(magic)) throw new Error('expected protobuf of Kubernetes')
  const envelope = [...fieldsOf(body.subarray(magic.length))]
  const part = (number: number): Buffer =>
    envelope.find((field) => field.number === number)?.value ?? Buffer.alloc(0)
  const type = read(part(1), typeMeta) as { readonly apiVersion: string; readonly kind: string }
  const shape = shapes[`${type.apiVersion} ${type.kind}`]
  if (!shape) throw new Error(`expected ${Object.keys(shapes).join(' or ')}, got ${JSON.stringify(type)}`)
  return { ...type, ...read(part(2), shape) }
}

function read(bytes: Buffer, shape: Shape): object {
  const object: Record<string, unknown> = {}
  for (const { number, value } of fieldsOf(bytes)) {
    const [name, reading] = shape[number] ?? [`field ${number}`, 'text']
    if (reading === 'nothing') continue
    if (reading === 'text' || reading === 'base64') object[name] = textOf(value, reading)
    else if ('values' in reading)
      object[name] = { ...(object[name] as object), ...entry(value, reading.values) }
    else object[name] = read(value, reading)
  }
  return object
}

function entry(bytes: Buffer, values: 'text' | 'base64'): object {
  const [key, value] = [1, 2].map(
    (wanted) => [...fieldsOf(bytes)].find(({ number }) => number === wanted)?.value,
  )
  return { [key?.toString() ?? '']: textOf(value ?? Buffer.alloc(0), values) }
}

function textOf(value: Buffer, reading: 'text' | 'base64'): string {
  return value.toString(reading === 'text' ? 'utf8' : 'base64')
}

/** A number has no value here: there is none that we look at. */
function* fieldsOf(bytes: Buffer): Generator<{ readonly number: number; readonly value: Buffer }> {
  let at = 0
  const varint = (): number => {
    let result = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++)
      result += (byte & 127) * 2 ** shift
      if (byte < 128) return result
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const length = varint()
    const isBytes = (tag & 7) === 2
    if (!isBytes && (tag & 7) !== 0) throw new Error(`expected a field of bytes or a number, got tag ${tag}`)
    yield { number: tag >> 3, value: isBytes ? bytes.subarray(at, at + length) : Buffer.alloc(0) }
    if (isBytes) at += length
  }
}
