// What answers may be no Postgres at all. The driver reads it in listeners, where an error of its own would end the process.
import type { Duplex } from 'node:stream'
import type { Client } from 'pg'

/** What is read here is far smaller; a length that somebody made up is not waited for with all of the memory. */
const maxMessageBytes = 16 * 2 ** 20

/** What the driver has inside, which its types do not know. */
interface DriverConnection {
  attachListeners(stream: Duplex): void
  on(event: 'message', listener: () => void): void
}

/** Ends the session with an error, and nothing else, where the other end does not speak as Postgres does. */
export function guardClient(client: Client): void {
  const connection = (client as unknown as { readonly connection: DriverConnection }).connection
  const attach = connection.attachListeners.bind(connection)
  let pendingBytes = 0
  connection.on('message', () => {
    pendingBytes = 0
  })
  const take = (stream: Duplex, bytes: Buffer, read: (bytes: Buffer) => void): void => {
    pendingBytes += bytes.length
    try {
      if (pendingBytes > maxMessageBytes) throw new Error(`a message is longer than ${maxMessageBytes} bytes`)
      read(bytes)
    } catch (error) {
      stream.destroy(new Error('the answer is not as Postgres gives it', { cause: error }))
    }
  }
  connection.attachListeners = (stream) => {
    const on = stream.on.bind(stream) as (event: string, listener: (bytes: Buffer) => void) => Duplex
    const guarded = (event: string, listener: (bytes: Buffer) => void): Duplex =>
      on(event, event === 'data' ? (bytes) => take(stream, bytes, listener) : listener)
    stream.on = guarded as Duplex['on']
    attach(stream)
    stream.on = on as Duplex['on']
  }
}
