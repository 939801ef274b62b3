// The page as it is written: straight into bytes, for a string that grows would be copied whole when it is sent.
const firstLength = 64 * 1024
/** More than any number takes. */
const mostDigits = 32

export class PageBytes {
  #bytes: Buffer
  #length = 0

  /** Written over `into`, as far as it has the room. */
  constructor(into: Buffer = Buffer.allocUnsafeSlow(firstLength)) {
    this.#bytes = into
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Each character of `text` is one byte. */
  write(text: string): void {
    this.#makeRoom(text.length)
    this.#length += this.#bytes.write(text, this.#length, text.length, 'latin1')
  }

  writeAny(text: string): void {
    this.write(asBytes(text))
  }

  writeLine(beginning: string, value: number): void {
    this.#makeRoom(beginning.length + mostDigits)
    const bytes = this.#bytes
    let at = this.#length
    at += bytes.write(beginning, at, beginning.length, 'latin1')
    const digits = renderValue(value)
    // By hand, as a call for a dozen characters costs more.
    for (let index = 0; index < digits.length; index += 1) bytes[at++] = digits.charCodeAt(index)
    bytes[at] = lineEnd
    this.#length = at + 1
  }

  #makeRoom(wanted: number): void {
    if (this.#length + wanted <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length + wanted, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

const lineEnd = 0x0a

/** A text whose characters are the bytes of `text` in UTF-8. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function renderValue(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
