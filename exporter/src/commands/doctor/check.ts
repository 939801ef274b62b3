// What one look at one link of the chain comes to.
import { explain } from '../../log.ts'

export interface Check {
  readonly subject: string
  readonly state: 'well' | 'finding' | 'skipped'
  readonly detail: string
  /** What to do about a finding. */
  readonly advice?: string
}

export function well(subject: string, detail: string): Check {
  return { subject, state: 'well', detail }
}

export function finding(subject: string, detail: string, advice: string): Check {
  return { subject, state: 'finding', detail, advice }
}

export function skipped(subject: string, detail: string): Check {
  return { subject, state: 'skipped', detail }
}

/** The checks of `look`; that it could not be done is a finding itself. */
export async function lookAt(
  subject: string,
  advice: string,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look()
  } catch (error) {
    return [finding(subject, explain(error), advice)]
  }
}

export function isFinding({ state }: Check): boolean {
  return state === 'finding'
}
