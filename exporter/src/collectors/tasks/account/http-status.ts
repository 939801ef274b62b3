// The HTTP status in the text of an error.
import { STATUS_CODES } from 'node:http'
import { compilePattern } from './pattern.ts'

const registered = Object.entries(STATUS_CODES).filter(([status]) => /^[45]/.test(status))
const phrases = registered.map(([, phrase = '']) => phrase.replaceAll(/[^ A-Za-z]/g, '.')).join('|')

// No slash between: the port of an address is no status.
const patterns = [
  String.raw`\b(?:HTTPS?(?:(?:Status)?Error)?(?:/\d(?:\.\d)?)?|status|code|answered|responded)\b[^\d/@]{0,20}\b([45]\d\d)\b`,
  String.raw`\b([45]\d\d)\W{1,3}(?:(?:client|server) error|${phrases})\b`,
].map(compilePattern)

/** Between 400 and 599; undefined for a text without any. */
export function findHttpStatus(text: string): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.matcher(text)
    if (found.find()) return Number(found.group(1))
  }
  return undefined
}

/** A class of its own for a status that is registered; the others share that of their hundred. */
export function httpClass(status: number): string {
  return String(status) in STATUS_CODES ? `http_${status}` : httpFamily(status)
}

export function httpFamily(status: number): string {
  return status < 500 ? 'http_4xx' : 'http_5xx'
}
