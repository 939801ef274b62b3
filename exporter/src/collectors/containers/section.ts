// The `containers` section of watchpost.yml.
import { z } from 'zod'
import { timeLimit } from '../../schema/duration.ts'
import { pattern } from '../judgement/pattern.ts'

const address = z
  .string({ error: 'expected where the Docker Engine is' })
  .regex(
    /^(?:unix:\/\/\/|https?:\/\/[^/@]+\/?$)/,
    'expected unix:// and the path of a socket, or http:// with host and port of a proxy',
  )

export const section = z
  .strictObject({
    docker: address
      .default('unix:///var/run/docker.sock')
      .describe('The Docker Engine: its socket, or a proxy before it that lets only reading through.'),
    include: pattern.optional().describe('Only containers whose name this regular expression finds.'),
    exclude: pattern.optional().describe('No containers whose name this regular expression finds.'),
    max_containers: z
      .int()
      .min(1)
      .max(1_000)
      .default(100)
      .describe('Containers beyond this many are left out.'),
    log_lines: z
      .int()
      .min(0)
      .max(50)
      .default(10)
      .describe('Last lines of a failing service, masked, that a diagnosis shows; 0 shows none.'),
    timeout: timeLimit.prefault('3s').describe('How long looking at all of them may take.'),
  })
  .describe('Containers: state, health, restarts, kills for want of memory, processor and memory.')

export type ContainersSection = z.output<typeof section>
