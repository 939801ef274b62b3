import { createServer, request } from 'node:http'
import express from 'express'
import { expect, test } from 'vitest'
import { listen } from '../probes/testing/servers.ts'
import { refuseForeignOrigin } from './foreign-origin.ts'

async function post(headers: Readonly<Record<string, string>>, method = 'POST'): Promise<number | undefined> {
  const app = express()
  app.use('/-', refuseForeignOrigin)
  app.all('/-/reload', (_request, response) => void response.send('done'))
  const port = await listen(createServer(app))
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', path: '/-/reload', method, headers }
    request(options, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
}

const host = 'watchpost.example:8007'

test.each([
  ['a program, which names no origin', { host }, 200],
  ['our own page', { host, origin: `http://${host}` }, 200],
  ['our own page behind a proxy that speaks TLS', { host, origin: `https://${host}` }, 200],
  ['our own page in a new browser', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 200],
  ['somebody who typed it', { host, 'sec-fetch-site': 'none' }, 200],
  ['a page of somebody else', { host, origin: 'https://evil.example' }, 403],
  ['a page on another port', { host, origin: 'http://watchpost.example:3000' }, 403],
  ['a page without an origin, such as a file', { host, origin: 'null' }, 403],
  ['a page of somebody else that names none', { host, 'sec-fetch-site': 'cross-site' }, 403],
  ['a page of a sister site', { host, 'sec-fetch-site': 'same-site' }, 403],
])('a reload that comes from %s', async (_what, headers, status) => {
  expect(await post(headers)).toBe(status)
})

test('looking is free to all', async () => {
  expect(await post({ host, origin: 'https://evil.example' }, 'GET')).toBe(200)
})
