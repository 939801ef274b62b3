// Simulated load of a service: a pure function of its profile and age, so that a run can be repeated.

export interface TrafficProfile {
  readonly requestsPerSecond: number
  readonly errorRatio: number
  /** Typical use in percent. */
  readonly cpu: number
  readonly memory: number
  readonly responseMilliseconds: number
}

export interface Traffic {
  readonly requests: number
  readonly errors: number
  readonly cpu: number
  readonly memory: number
  readonly responseMilliseconds: number
}

const swingSeconds = 180
const swing = 0.4
const collectionSeconds = 95

export function simulateTraffic(profile: TrafficProfile, seed: string, ageSeconds: number): Traffic {
  const angle = (2 * Math.PI * ageSeconds) / swingSeconds
  // The integral of rate · (1 + swing · sin): never falls, as a counter must not.
  const busySeconds = ageSeconds + ((swing * swingSeconds) / (2 * Math.PI)) * (1 - Math.cos(angle))
  const requests = Math.floor(profile.requestsPerSecond * busySeconds)
  const load = 1 + swing * Math.sin(angle)
  // Memory climbs until garbage is collected, then falls back.
  const sawtooth = (ageSeconds % collectionSeconds) / collectionSeconds
  const jitter = noise(`${seed}:${Math.floor(ageSeconds)}`)
  return {
    requests,
    errors: Math.floor(requests * profile.errorRatio),
    cpu: round(profile.cpu * (0.7 + 0.3 * load) + 6 * (jitter - 0.5)),
    memory: round(profile.memory + 5 * sawtooth + jitter - 0.5),
    responseMilliseconds: round(profile.responseMilliseconds * (0.8 + 0.2 * load + 0.2 * jitter)),
  }
}

/** A number from 0 to 1 that depends on nothing but the text (FNV-1a with a final mix). */
export function noise(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
