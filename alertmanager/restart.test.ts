// How Alertmanager is started, so that a start is no news to anybody.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Compose {
  readonly services: Readonly<Record<string, { readonly command?: readonly string[] }>>
}

const root = join(import.meta.dirname, '..')

/** The flag's value as that file gives it. */
async function flagOf(file: string, service: string, flag: string): Promise<string | undefined> {
  const { services } = parse(await readFile(join(root, file), 'utf8')) as Compose
  const found = services[service]?.command?.find((word) => word.startsWith(`--${flag}=`))
  return found?.slice(flag.length + 3)
}

test.each(['docker-compose.yml', 'ha/compose.yml'])(
  '%s: what was sent and silenced is kept each minute, and nothing is sent before all alerts are known',
  async (file) => {
    expect(await flagOf(file, 'alertmanager', 'data.maintenance-interval')).toBe('1m')
    // How long Prometheus takes to tell all alerts once more, where it is not told otherwise.
    const resendDelay = (await flagOf(file, 'prometheus', 'rules.alert.resend-delay')) ?? '1m'
    expect(await flagOf(file, 'alertmanager', 'dispatch.start-delay')).toBe(resendDelay)
  },
)
