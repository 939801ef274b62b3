// The spreadsheet that the double serves: a list of KOLs and a journal that grows by a row a minute.

import { columnName, parseA1Range } from './a1-range.ts'

type Row = readonly string[]

interface Sheet {
  readonly title: string
  readonly rows: readonly Row[]
}

export interface ValueRange {
  readonly range: string
  readonly majorDimension: 'ROWS'
  readonly values: readonly Row[]
}

export interface Spreadsheet {
  readonly metadata: unknown
  /** Undefined for a range that cannot be read or is on no sheet. */
  readonly values: (range: string) => ValueRange | undefined
}

export const spreadsheetId = '1dEmOkOlSheetSharedWithTheServiceAccount0000'
/** It exists, but nobody shared it with the service account. */
export const unsharedSpreadsheetId = '1dEmOkOlSheetNotSharedWithTheServiceAccount0'

/** The content as it was at its last change, Unix time in seconds. */
export function readSpreadsheet(changedAt: number): Spreadsheet {
  const sheets = [kolSheet, journalSheet(changedAt)]
  return {
    metadata: {
      spreadsheetId,
      properties: { title: 'KOL roster', locale: 'zh_TW', timeZone: 'Asia/Taipei' },
      sheets: sheets.map(({ title, rows }, index) => ({
        properties: {
          sheetId: index,
          title,
          index,
          sheetType: 'GRID',
          gridProperties: { rowCount: rows.length, columnCount: rows[0]?.length ?? 0 },
        },
      })),
      spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit`,
    },
    values: (range) => cut(sheets, range),
  }
}

const states = ['active', 'active', 'active', 'paused', 'training']
const kolSheet: Sheet = {
  title: 'KOLs',
  rows: [
    ['serial', 'nickname', 'state', 'posts_per_day'],
    ...Array.from({ length: 24 }, (_, index) => {
      return [String(200 + index), `KOL ${index + 1}`, states[index % 5] ?? '', String(2 + (index % 4))]
    }),
  ],
}

const journalLength = 120

function journalSheet(changedAt: number): Sheet {
  const lastMinute = Math.floor(changedAt / 60)
  const rows = Array.from({ length: journalLength }, (_, index) => {
    const minute = lastMinute - journalLength + 1 + index
    return [new Date(minute * 60_000).toISOString(), String(200 + (minute % 24)), 'published']
  })
  return { title: 'Journal', rows: [['time', 'serial', 'state'], ...rows] }
}

function cut(sheets: readonly Sheet[], text: string): ValueRange | undefined {
  const range = parseA1Range(text)
  const sheet = sheets.find(({ title }) => title === (range?.sheet ?? sheets[0]?.title))
  if (!range || !sheet) return undefined
  const { left, top } = range
  const right = Math.min(range.right, sheet.rows[0]?.length ?? 1)
  const bottom = Math.min(range.bottom, sheet.rows.length)
  return {
    range: `${sheet.title}!${columnName(left)}${top}:${columnName(right)}${bottom}`,
    majorDimension: 'ROWS',
    values: sheet.rows.slice(top - 1, bottom).map((row) => row.slice(left - 1, right)),
  }
}
