// Packages that most configurations do without. Each is loaded by the first that needs it: together they would
// be a third of the memory of an exporter that watches services only.
import { createRequire } from 'node:module'
import type * as PasswordHash from 'bcryptjs'
import type * as JsonPath from 'json-p3'
import type * as Postgres from 'pg'
import type * as RegExpEngine from 're2js'
import type * as HttpClient from 'undici'

const require = createRequire(import.meta.url)

export const loadPostgres = (): typeof Postgres => require('pg') as typeof Postgres
export const loadRegExpEngine = (): typeof RegExpEngine => require('re2js') as typeof RegExpEngine
export const loadJsonPath = (): typeof JsonPath => require('json-p3') as typeof JsonPath
export const loadHttpClient = (): typeof HttpClient => require('undici') as typeof HttpClient
export const loadPasswordHash = (): typeof PasswordHash => require('bcryptjs') as typeof PasswordHash
