// The real exporter over a configuration, and what it says is wrong.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '../../harness/wait.ts'
import { startExporter } from '../exporter-process.ts'

export interface Said {
  readonly target: string
  readonly cause: string
  readonly root_cause: string | null
  readonly summary: string
  readonly evidence: readonly { readonly rung: string; readonly ok: boolean; readonly measured: string }[]
  readonly possible_causes: readonly string[]
}

export interface Watch {
  /** Looks at the whole fleet once; the metric and the API must agree. */
  look(): Promise<readonly Said[]>
  /** Looks until something is said of the target. */
  lookFor(target: string, seconds: number): Promise<readonly Said[]>
  /** Looks until nothing is said at all, or of one target. */
  lookForNothing(seconds: number, target?: string): Promise<void>
  stop(): Promise<void>
}

export async function startWatch(directory: string, config: string): Promise<Watch> {
  // A folder of its own: another one at work beside would take a changed file for its own.
  const own = await mkdtemp(join(directory, 'watch-'))
  const file = join(own, 'watchpost.yml')
  await writeFile(file, config)
  const exporter = await startExporter(file, join(own, 'state'))
  const { url } = exporter

  let underWay: Promise<readonly Said[]> | undefined

  /** Those who look at the same time see the same. */
  function look(): Promise<readonly Said[]> {
    underWay ??= lookNow().finally(() => (underWay = undefined))
    return underWay
  }

  async function lookNow(): Promise<readonly Said[]> {
    const page = await read(`${url}/metrics`)
    const { diagnoses } = JSON.parse(await read(`${url}/api/diagnosis`)) as { diagnoses: readonly Said[] }
    const series = page.split('\n').filter((line) => line.startsWith('watchpost_diagnosis{'))
    for (const { target, cause } of diagnoses) {
      const isExported = series.some(
        (line) => line.includes(`"${target}"`) && line.includes(`cause="${cause}"`),
      )
      if (!isExported) throw new Error(`expected ${cause} of ${target} as a series, got ${series.join(' ')}`)
    }
    return diagnoses
  }

  return {
    look,
    async lookFor(target, seconds) {
      // A look that is under way may have begun before what is looked for.
      await underWay?.catch(() => {})
      return waitFor(
        `something is said of ${target}`,
        async () => {
          const said = await look()
          return said.some((one) => one.target === target) && said
        },
        seconds,
      )
    },
    async lookForNothing(seconds, target) {
      let last: readonly Said[] = []
      const isQuiet = async (): Promise<boolean> => {
        const said = await look()
        last = target === undefined ? said : saidOf(said, target)
        return last.length === 0
      }
      try {
        await waitFor('nothing is said', isQuiet, seconds)
      } catch (error) {
        const causes = last.map(({ target: name, cause }) => `${name} ${cause}`).join(', ')
        throw new Error(`still said after healing: ${causes}`, { cause: error })
      }
    },
    stop: () => exporter.kill(),
  }
}

export function saidOf(said: readonly Said[], name: string): readonly Said[] {
  return said.filter(({ target }) => target === name)
}

async function read(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) })
  if (!answer.ok) throw new Error(`${url}: expected 200, got ${answer.status}`)
  return answer.text()
}
