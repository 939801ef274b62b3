// The server behind the pages: plain or TLS by the web configuration, which is read again when it changes.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server as TlsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import express from 'express'
import type { Express } from 'express'
import { fingerprint } from '../config/fingerprint.ts'
import { formatProblem } from '../config/problem.ts'
import type { Problem } from '../config/problem.ts'
import { explain } from '../log.ts'
import type { Log } from '../log.ts'
import { guardAccess } from './access.ts'
import { cutSlowReaders, limited, limits, serverOptions } from './limits.ts'
import type { Limits } from './limits.ts'
import { parseWebConfig, tlsOptions } from './web-config.ts'
import type { WebConfig } from './web-config.ts'

/** A server for `app`, open to all where there is no web configuration; problems where it is not valid. */
export function createListener(
  app: Express,
  file: string | undefined,
  log: Log,
  given: Limits = limits,
): Server | readonly Problem[] {
  const options = serverOptions(given)
  if (file === undefined) return limited(createServer(options, cutSlowReaders(app, given)), given)
  const first = readWebConfig(file)
  if (isProblems(first)) return first
  let config = first
  let seen = fingerprint(filesOf(file, config))
  const guarded = express()
  guarded.disable('x-powered-by')
  guarded.use(
    guardAccess(() => config, Date.now),
    app,
  )
  const answer = cutSlowReaders(guarded, given)
  const server: Server | TlsServer = config.tls_server_config
    ? createTlsServer({ ...options, ...tlsOptions(config.tls_server_config) }, answer)
    : createServer(options, answer)
  const refresh = (): void => {
    const now = fingerprint(filesOf(file, config))
    if (now === seen) return
    seen = now
    const next = readWebConfig(file)
    if (isProblems(next)) {
      log.error('web configuration refused, the one in use is kept', { problems: next.map(formatProblem) })
      return
    }
    config = next
    if (config.tls_server_config && 'setSecureContext' in server)
      server.setSecureContext(tlsOptions(config.tls_server_config))
    log.info('web configuration loaded', { file })
  }
  // Before TLS takes the connection, so that a renewed certificate is the one presented.
  server.prependListener('connection', refresh)
  server.on('request', refresh)
  return limited(server, given)
}

function readWebConfig(file: string): WebConfig | readonly Problem[] {
  try {
    const config = parseWebConfig(file, readFileSync(file, 'utf8'))
    // A certificate that does not fit its key, or a cipher that nobody knows, is found here and not by a client.
    if (!isProblems(config) && config.tls_server_config)
      createSecureContext(tlsOptions(config.tls_server_config))
    return config
  } catch (error) {
    const message = `expected a web configuration and the files it names, but ${explain(error)}`
    return [{ file, line: undefined, column: undefined, path: '', message }]
  }
}

function filesOf(file: string, { tls_server_config: tls }: WebConfig): string[] {
  return [file, tls?.cert_file, tls?.key_file, tls?.client_ca_file].filter((path) => path !== undefined)
}

function isProblems(value: WebConfig | readonly Problem[]): value is readonly Problem[] {
  return Array.isArray(value)
}
