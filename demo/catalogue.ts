// What the demo fleet consists of: names, ports and who needs whom. Everything else is built from this.
import type { TrafficProfile } from './traffic.ts'

export const databaseName = 'platform_db'
export const databasePort = 54320
export const standbyName = 'platform_db_standby'
export const standbyPort = 54321
export const cacheName = 'cache'
export const cachePort = 63790
export const controlPort = 8010
export const enginePort = 8014
/** The source of the tasks' records has the name of what runs them. */
export const schedulerName = 'scheduler'
export const networkName = 'network'
export const networkPort = 8015

/** A `soft` dependency that fails makes a service warn; any other makes it answer 503. */
export interface Need {
  readonly name: string
  readonly strength: 'hard' | 'soft'
}

export interface ServiceEntry {
  readonly name: string
  readonly port: number
  readonly version: string
  readonly needs: readonly Need[]
  readonly traffic: TrafficProfile
}

const hard = (name: string): Need => ({ name, strength: 'hard' })
const soft = (name: string): Need => ({ name, strength: 'soft' })

export const services: readonly ServiceEntry[] = [
  {
    name: 'posting_service',
    port: 8001,
    version: '2.3.1',
    needs: [hard('platform_db'), hard('summary_api'), soft('google_sheets')],
    traffic: { requestsPerSecond: 3, errorRatio: 0.006, cpu: 22, memory: 48, responseMilliseconds: 85 },
  },
  {
    name: 'ohlc_api',
    port: 8002,
    version: '1.8.0',
    needs: [hard('platform_db'), hard('finlab_api')],
    traffic: { requestsPerSecond: 12, errorRatio: 0.003, cpu: 35, memory: 41, responseMilliseconds: 24 },
  },
  {
    name: 'analyze_api',
    port: 8003,
    version: '1.5.4',
    needs: [hard('ohlc_api')],
    traffic: { requestsPerSecond: 5, errorRatio: 0.008, cpu: 46, memory: 57, responseMilliseconds: 140 },
  },
  {
    name: 'summary_api',
    port: 8004,
    version: '1.2.2',
    needs: [hard('analyze_api')],
    traffic: { requestsPerSecond: 4, errorRatio: 0.005, cpu: 29, memory: 44, responseMilliseconds: 210 },
  },
  {
    name: 'trending_api',
    port: 8005,
    version: '0.9.7',
    needs: [hard('platform_db'), hard('cmoney_api')],
    traffic: { requestsPerSecond: 8, errorRatio: 0.004, cpu: 18, memory: 36, responseMilliseconds: 38 },
  },
  {
    name: 'trainer',
    port: 8006,
    version: '3.0.0',
    needs: [hard('ohlc_api'), hard('platform_db')],
    traffic: { requestsPerSecond: 0.4, errorRatio: 0.01, cpu: 58, memory: 66, responseMilliseconds: 480 },
  },
]

export interface SourceEntry {
  readonly name: string
  readonly port: number
  /** Answers with JSON when the source is usable, without credentials and without spending quota. */
  readonly livenessPath: string
  /** It is reached by TLS, with a certificate of the demo's authority. */
  readonly isSecure?: boolean
}

export const sources: readonly SourceEntry[] = [
  { name: 'google_sheets', port: 8011, livenessPath: '/$discovery/rest?version=v4' },
  { name: 'cmoney_api', port: 8012, livenessPath: '/api/status', isSecure: true },
  { name: 'finlab_api', port: 8013, livenessPath: '/api/usage' },
]
