import { statSync } from 'node:fs'

/** A text that is another one whenever one of the files is. By stat and not by events: those are lost where a link is swapped. */
export function fingerprint(files: readonly string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : 'gone'
    })
    .join()
}
