// The `host` section of watchpost.yml.
import { z } from 'zod'
import { httpUrl } from '../../schema/http-url.ts'

const folder = (description: string) =>
  z.string().startsWith('/', 'expected an absolute path').describe(description)

export const section = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the machine that Watchpost runs on is watched.'),
    filesystems: z
      .array(folder('Where the file system is mounted.'))
      .optional()
      .describe('Mount points to watch; all that hold files where it is left out.'),
    procfs: folder(
      "Where the machine's /proc is; /host/proc in a container that has it mounted there.",
    ).default('/proc'),
    rootfs: folder(
      'Where the root of the machine is; /host in a container that has it mounted there.',
    ).default('/'),
    node_exporter: httpUrl
      .default('http://127.0.0.1:9100/metrics')
      .describe('Where node_exporter may be. While it answers, only the usage ratios are exported here.'),
  })
  .describe('The machine: processors, memory, file systems, network, disks and pressure.')

export type HostSection = z.output<typeof section>
