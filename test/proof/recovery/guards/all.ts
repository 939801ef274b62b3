import { deliveries } from './deliveries.ts'
import { endings } from './endings.ts'
import { people } from './people.ts'
import type { Guard } from './patients.ts'

/** What must not happen: each case says how often its hook may be called, and a call too many is a breach. */
export const guards: Readonly<Record<string, Guard>> = { ...endings, ...deliveries, ...people }
