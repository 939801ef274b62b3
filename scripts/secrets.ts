// Makes the files that docker-compose.yml reads secrets from. What is there already is kept.
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

export interface SecretFile {
  readonly name: string
  readonly state: 'created' | 'kept' | 'created empty'
}

/** Files readable by all in a folder open to its owner alone: a container sees one file, under a user of its own. */
export async function createSecrets(directory: string, environment: Environment): Promise<SecretFile[]> {
  await mkdir(directory, { recursive: true })
  await chmod(directory, 0o700)
  const files: SecretFile[] = []
  const keep = async (name: string, text: string): Promise<string> => {
    const { created, content } = await createUnlessThere(join(directory, name), text)
    const state = created ? (text === '' ? 'created empty' : 'created') : 'kept'
    files.push({ name, state })
    return content
  }

  const database = environment['MONITORING_DB_NAME'] || 'monitoring'
  const platformPassword = await keep('platform_db_password', randomPassword())
  await keep('platform_db_url', databaseUrl('platform', platformPassword, `postgres:5432/${database}`))

  const host = environment['MONITORING_DB_HOST'] || 'postgres'
  const port = environment['MONITORING_DB_PORT'] || '5432'
  const user = environment['MONITORING_DB_USER'] || 'monitoring_user'
  const monitoringPassword = await keep(
    'monitoring_db_password',
    environment['MONITORING_DB_PASSWORD'] || randomPassword(),
  )
  await keep('database_url', databaseUrl(user, monitoringPassword, `${host}:${port}/${database}`))
  await keep('standby_url', databaseUrl(user, monitoringPassword, `postgres-standby:5432/${database}`))

  await keep('grafana_admin_password', randomPassword())
  await keep('alert_email_password', environment['ALERT_EMAIL_PASSWORD'] ?? '')
  await keep('alert_slack_webhook_url', environment['ALERT_SLACK_WEBHOOK_URL'] ?? '')
  await keep('alert_webhook_url', environment['ALERT_WEBHOOK_URL'] ?? '')
  return files
}

/** A file that is empty still waits for its value. */
async function createUnlessThere(path: string, text: string): Promise<{ created: boolean; content: string }> {
  const content = (await readIfThere(path))?.trim()
  if (content || (content === '' && text === '')) return { created: false, content }
  await writeFile(path, text)
  // Whatever the umask is.
  await chmod(path, 0o644)
  return { created: true, content: text }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Letters, digits, - and _ alone: the same in a URL, in SQL and in a file. */
function randomPassword(): string {
  return randomBytes(24).toString('base64url')
}

function databaseUrl(user: string, password: string, place: string): string {
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${place}`
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..')
  try {
    process.loadEnvFile(join(root, '.env'))
  } catch {
    // Without an .env the defaults hold, as they do for docker compose.
  }
  const directory = resolve(root, process.env['SECRETS_DIRECTORY'] || 'secrets')
  for (const { name, state } of await createSecrets(directory, process.env)) {
    process.stdout.write(`${join(directory, name)}: ${state}\n`)
  }
}
