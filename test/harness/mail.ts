// A real mail server with TLS and a login, which keeps what it is sent.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { createIdentity } from '../../demo/certificate.ts'

export interface Mail {
  readonly subject: string
  readonly headers: string
  /** Both parts, plain and HTML, decoded. */
  readonly body: string
  readonly wasEncrypted: boolean
  /** When it was taken, in milliseconds of Unix time. */
  readonly at: number
}

export interface MailServer {
  readonly port: number
  /** The certificate of the server, for those who are to trust it. */
  readonly certificate: string
  readonly mails: readonly Mail[]
  close(): Promise<void>
}

export async function startMailServer(login: { readonly username: string; readonly password: string }) {
  const mails: Mail[] = []
  const { cert, key } = createIdentity({ name: 'localhost', hosts: ['127.0.0.1'], isAuthority: true })
  const server = new SMTPServer({
    cert,
    key,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth(given, _session, done) {
      const isRight = given.username === login.username && given.password === login.password
      done(isRight ? null : new Error('535 wrong password'), isRight ? { user: given.username } : undefined)
    },
    onData(stream, session, done) {
      const keep = async (): Promise<void> => {
        mails.push(readMail(await text(stream), session.secure))
        done()
      }
      void keep()
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return { port, certificate: cert, mails, close } satisfies MailServer
}

function readMail(source: string, wasEncrypted: boolean): Mail {
  const end = source.indexOf('\r\n\r\n')
  const headers = source.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const subject = /^Subject: (.*)$/m.exec(headers)?.[1] ?? ''
  const body = decodeQuoted(source.slice(end))
  return { subject: decodeWords(subject), headers, body, wasEncrypted, at: Date.now() }
}

/** `=?utf-8?q?…?=` words; the blank between two of them is none. */
function decodeWords(subject: string): string {
  return subject
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?q\?(.*?)\?=/gi, (_, word: string) => decodeQuoted(word.replaceAll('_', ' ')))
}

function decodeQuoted(encoded: string): string {
  const joined = encoded.replaceAll(/=\r?\n/g, '')
  return joined.replaceAll(/(?:=[0-9A-F]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
  )
}
