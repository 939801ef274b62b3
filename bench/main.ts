// npm run bench -- <name>: each benchmark is a file here, and compares with a peer in the same run.
import { readdirSync } from 'node:fs'

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))

const [name = ''] = process.argv.slice(2)

if (names.includes(name)) {
  const { run } = (await import(`./${name}.bench.ts`)) as { readonly run: () => Promise<void> }
  await run()
} else {
  process.stderr.write(`bench: expected one of ${names.join(', ')}, got ${name === '' ? 'nothing' : name}\n`)
  process.exitCode = 2
}
