// systemctl by argv: no shell, a fixed environment, a limit for what it says.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const maxOutputBytes = 65_536
const environment = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  SYSTEMD_PAGER: '',
  SYSTEMD_COLORS: '0',
}

export async function runSystemctl(
  program: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const options = { env: environment, maxBuffer: maxOutputBytes, signal, encoding: 'utf8' } as const
  try {
    // It must not wait for somebody to type a password.
    return (await promisify(execFile)(program, ['--no-ask-password', ...words], options)).stdout
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(`systemctl ${words[0]}: ${describe(error)}`, { cause: error })
  }
}

function describe(error: unknown): string {
  const { stderr, code } = error as { readonly stderr?: string; readonly code?: unknown }
  const said = (stderr ?? '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
  return said === '' ? `it failed with ${String(code)}` : said
}
