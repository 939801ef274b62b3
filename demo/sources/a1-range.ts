// Ranges as Google Sheets writes them: `KOLs`, `KOLs!A1:C10`, `'My sheet'!A:C`, `A1:B2`.

/** Rows and columns count from 1; what is left out is open. */
export interface A1Range {
  readonly sheet: string | undefined
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const cells = /^([A-Z]{0,3})(\d*)(?::([A-Z]{0,3})(\d*))?$/i

/** Undefined for a range that cannot be read. */
export function parseA1Range(text: string): A1Range | undefined {
  const mark = text.lastIndexOf('!')
  if (mark >= 0) return parseCells(text.slice(mark + 1), unquote(text.slice(0, mark)))
  return parseCells(text, undefined) ?? parseCells('', unquote(text))
}

function parseCells(text: string, sheet: string | undefined): A1Range | undefined {
  const found = cells.exec(text)
  if (!found) return undefined
  const [, fromColumn = '', fromRow = '', toColumn = fromColumn, toRow = fromRow] = found
  return {
    sheet,
    left: columnNumber(fromColumn) || 1,
    top: Number(fromRow) || 1,
    right: columnNumber(toColumn) || Infinity,
    bottom: Number(toRow) || Infinity,
  }
}

function unquote(title: string): string {
  return title.replace(/^'(.*)'$/, '$1').replaceAll("''", "'")
}

/** `A` for 1, `AA` for 27. */
export function columnName(column: number): string {
  const rest = Math.floor((column - 1) / 26)
  return (rest > 0 ? columnName(rest) : '') + String.fromCodePoint(65 + ((column - 1) % 26))
}

function columnNumber(letters: string): number {
  let number = 0
  for (const letter of letters.toUpperCase()) number = number * 26 + letter.charCodeAt(0) - 64
  return number
}
