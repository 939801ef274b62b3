import { statSync } from 'node:fs'

/** A text that is another one whenever one of the files is. By stat and not by events: those are lost where a link is swapped. */
export function fingerprint(files: readonly string[]): string {
  return files.map(look).join()
}

function look(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    // Gone, or out of reach: who reads it says so.
    return 'gone'
  }
}
