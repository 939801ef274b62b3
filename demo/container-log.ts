// What a container of the fleet has written down last, in the frames of the engine: one stream for each kind of line.
import type { Container } from './container.ts'

/** The password is there to be hidden. */
const startLines = (name: string): readonly string[] => [
  `${name} starts`,
  `${name} uses postgresql://platform:swordfish@platform_db:5432/platform`,
]

export function renderLog({ entry, end }: Container): Buffer {
  const lines = startLines(entry.name).map((line) => frame(1, line))
  if (end && !end.isOomKill) {
    lines.push(frame(2, `Error: cannot read /etc/${entry.name}/settings.json: no such file or directory`))
    lines.push(frame(2, `${entry.name} ends with exit code ${end.exitCode}`))
  }
  return Buffer.concat(lines)
}

function frame(stream: 1 | 2, line: string): Buffer {
  const text = Buffer.from(`${line}\n`)
  const header = Buffer.alloc(8)
  header.writeUInt8(stream, 0)
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, text])
}
