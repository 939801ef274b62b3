// Proof that the first cause named is the injected one: faults of real parts, and of each what is said.
// PROOF_ONLY=text injects only those of the fleet whose name has the text in it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { injectFleetFaults } from './diagnosis/fleet-faults.ts'
import { injectDatabaseFaults, injectHostFaults } from './diagnosis/resource-faults.ts'
import { keepScore } from './diagnosis/score.ts'
import type { Score } from './diagnosis/score.ts'
import { injectNetworkCut, injectWireFaults } from './diagnosis/wire-faults.ts'

const write = (line: string): void => void process.stdout.write(`${line}\n`)

async function prove(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-proof-diagnosis-'))
  const score = keepScore(write)
  try {
    const only = process.env['PROOF_ONLY'] ?? ''
    await Promise.all([
      injectOneByOne(directory, score),
      injectFleetFaults({ directory, score, only, write }, async ({ databaseUrl }) => {
        await injectDatabaseFaults(directory, databaseUrl, score)
      }),
    ])
    return score.finish()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** What needs no fleet; each is an exporter of its own, which is why they take turns. */
async function injectOneByOne(directory: string, score: Score): Promise<void> {
  await injectWireFaults(directory, score)
  await injectNetworkCut(directory, score)
  await injectHostFaults(directory, score)
}

process.exitCode = (await prove()) ? 0 : 1
