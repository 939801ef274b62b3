// What can be broken on purpose: names, the faults each knows, and one fault at a time.

export type BreakableKind = 'service' | 'data_source' | 'database' | 'task' | 'host'

export interface Breakable {
  readonly name: string
  readonly kind: BreakableKind
  readonly faults: readonly string[]
  /** Is given one of `faults`; the thing is whole before. */
  break(fault: string): Promise<void>
  heal(): Promise<void>
}

export interface FaultState {
  readonly name: string
  readonly kind: BreakableKind
  readonly fault: string | null
  readonly faults: readonly string[]
}

/** A name or a fault that there is not: the message says what there is. */
export class UnknownFault extends Error {}

export interface Faults {
  readonly break: (name: string, fault: string) => Promise<void>
  readonly heal: (name: string) => Promise<void>
  readonly list: () => readonly FaultState[]
}

export function createFaults(breakables: readonly Breakable[]): Faults {
  const active = new Map<string, string>()
  let last: Promise<unknown> = Promise.resolve()

  // One after the other: a heal that overtakes its break would leave the thing broken and called whole.
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = last.then(work, work)
    last = turn
    return turn
  }

  function find(name: string): Breakable {
    const found = breakables.find((breakable) => breakable.name === name)
    if (found) return found
    const names = breakables.map((breakable) => breakable.name).join(', ')
    throw new UnknownFault(`nothing is called ${JSON.stringify(name)}: expected one of ${names}`)
  }

  async function healNow(breakable: Breakable): Promise<void> {
    if (!active.has(breakable.name)) return
    await breakable.heal()
    active.delete(breakable.name)
  }

  return {
    async break(name, fault) {
      const breakable = find(name)
      if (!breakable.faults.includes(fault)) {
        const known = breakable.faults.join(', ')
        throw new UnknownFault(`${name} has no fault ${JSON.stringify(fault)}: expected one of ${known}`)
      }
      await inTurn(async () => {
        await healNow(breakable)
        // Before, so that a fault that went wrong half-way can still be healed.
        active.set(name, fault)
        await breakable.break(fault)
      })
    },
    async heal(name) {
      const breakable = find(name)
      await inTurn(() => healNow(breakable))
    },
    list: () =>
      breakables.map(({ name, kind, faults }) => ({ name, kind, fault: active.get(name) ?? null, faults })),
  }
}
