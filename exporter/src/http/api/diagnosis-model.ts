// The answer of /api/diagnosis, and of `watchpost diagnose --json`.
import { z } from 'zod'
import { catalogue } from '../../diagnosis/catalogue/catalogue.ts'
import { issueTypes, rungs, severities } from '../../diagnosis/finding.ts'

const evidence = z
  .object({
    rung: z.enum(rungs).meta({ description: 'The step of the ladder.' }),
    name: z.string(),
    measured: z.string(),
    expected: z.string(),
    ok: z.boolean(),
  })
  .meta({ id: 'Evidence' })

const action = z.object({ purpose: z.string(), command: z.string() }).meta({
  id: 'Action',
  description: 'A command to paste. It changes nothing that its purpose does not say.',
})

const log = z
  .object({
    container: z.string(),
    lines: z.array(z.string()),
    problem: z.string().nullable().meta({ description: 'Why the log could not be read.' }),
  })
  .meta({
    id: 'Log',
    description:
      'The last lines of the container, masked: only of a failing service, and only for those who gave a name.',
  })

export const diagnosis = z
  .object({
    target: z.string(),
    subject: z
      .string()
      .meta({ description: 'What kind of thing the target is: service, database, task, host …' }),
    issue_type: z.enum(issueTypes),
    cause: z.enum(Object.keys(catalogue)),
    severity: z.enum(severities),
    root_cause: z
      .string()
      .nullable()
      .meta({ description: 'The target to repair first, when it is another one.' }),
    since: z.iso.datetime().nullable(),
    summary: z.string(),
    evidence: z.array(evidence),
    log: log.nullable(),
    possible_causes: z.array(z.string()).meta({ description: 'The likeliest first.' }),
    suggested_actions: z.array(action),
  })
  .meta({ id: 'Diagnosis' })

export const diagnoses = z
  .object({ diagnosed_at: z.iso.datetime(), diagnoses: z.array(diagnosis) })
  .meta({ id: 'Diagnoses' })
