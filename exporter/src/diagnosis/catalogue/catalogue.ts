// Every cause there is. The list is closed: a cause is the value of a label.
import { answerCauses } from './answer.ts'
import { certificateCauses } from './certificate.ts'
import { containerCauses } from './container.ts'
import { dataSourceCauses } from './data-source.ts'
import { databaseCauses } from './database.ts'
import type { Entry } from './entry.ts'
import { hostCauses } from './host.ts'
import { networkCauses } from './network.ts'
import { taskCauses } from './task.ts'

const all = {
  ...networkCauses,
  ...certificateCauses,
  ...answerCauses,
  ...containerCauses,
  ...databaseCauses,
  ...dataSourceCauses,
  ...taskCauses,
  ...hostCauses,
}

export type Cause = keyof typeof all

export const catalogue: Readonly<Record<Cause, Entry>> = all
