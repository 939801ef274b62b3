// What is broken: how it breaks, how it shows, and the action that heals it.

export interface Fault {
  readonly name: string
  readonly action: string
  /** The entry in targets, without its name. */
  readonly target: object
  readonly alert: string
  readonly healthy: object
  /** Entries of watchpost.yml. */
  readonly services?: readonly object[]
  readonly databases?: readonly object[]
  readonly breakIt: () => Promise<void>
  /** As a person would, who wants it to stay so. */
  readonly stopOnPurpose?: () => Promise<void>
  readonly isStopped?: () => Promise<boolean>
  readonly startAgain?: () => Promise<void>
  /** What must still be there afterwards; throws where it is not. */
  readonly inspect?: () => Promise<void>
  readonly remove: () => Promise<void>
}

/** What is shown by a service that fails its probe. */
export const service = (name: string, url: string) => ({
  alert: 'ServiceDown',
  healthy: { probe: name },
  services: [{ name, url: `${url}/health` }],
})
