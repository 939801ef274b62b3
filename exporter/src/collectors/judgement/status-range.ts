// Which HTTP statuses are expected: single ones, classes, ranges.
import { z } from 'zod'

export interface StatusRange {
  readonly from: number
  readonly to: number
}

const message = 'expected HTTP statuses such as 200, 2xx or 200-299'

const range = z.union(
  [
    z
      .int()
      .min(100)
      .max(999)
      .transform((status): StatusRange => ({ from: status, to: status })),
    z
      .string()
      .regex(/^[1-9]xx$/)
      .transform((text): StatusRange => ({ from: Number(text[0]) * 100, to: Number(text[0]) * 100 + 99 })),
    z
      .string()
      .regex(/^[1-9]\d\d-[1-9]\d\d$/)
      .transform((text): StatusRange => ({ from: Number(text.slice(0, 3)), to: Number(text.slice(4)) }))
      .refine(({ from, to }) => from <= to, message),
  ],
  { error: message },
)

export const expectedStatus = z.array(range, { error: message }).min(1, message)

const success: readonly StatusRange[] = [{ from: 200, to: 299 }]

export function isExpectedStatus(status: number, ranges: readonly StatusRange[] = success): boolean {
  return ranges.some(({ from, to }) => status >= from && status <= to)
}

export function describeStatuses(ranges: readonly StatusRange[] = success): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`)).join(' or ')
}
