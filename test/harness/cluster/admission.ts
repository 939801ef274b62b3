// What the API server asks of any object before it takes it, besides its schema.
import { groupVersionOf } from './kinds.ts'
import { Refusal, titleOf } from './object.ts'
import type { KubeObject, Place } from './object.ts'

const nameFormat = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
const maximumAnnotationBytes = 256 * 1024
const maximumDataBytes = 1024 * 1024

export function checkIdentity(place: Place, { apiVersion, kind, metadata }: KubeObject): void {
  const expected = `${groupVersionOf(place.kind)} ${place.kind.kind}`
  if (`${apiVersion} ${kind}` !== expected)
    throw new Refusal(400, 'BadRequest', `expected ${expected}, got ${apiVersion} ${kind}`)
  if (!nameFormat.test(metadata.name))
    throw new Refusal(422, 'Invalid', `metadata.name: Invalid value: "${metadata.name}"`)
  if (metadata.name !== place.name || metadata.namespace !== place.namespace)
    throw new Refusal(400, 'BadRequest', 'the object does not match the name or namespace of the request')
}

export function checkSizes(place: Place, object: KubeObject): void {
  const bytesOf = (texts: object = {}): number => Buffer.byteLength(Object.entries(texts).flat().join(''))
  if (bytesOf(object.metadata.annotations) > maximumAnnotationBytes)
    throw new Refusal(422, 'Invalid', `${titleOf(place)}: metadata.annotations: Too long`)
  if ('data' in object && bytesOf(object.data as object) > maximumDataBytes)
    throw new Refusal(422, 'Invalid', `${titleOf(place)}: data: Too long`)
}
