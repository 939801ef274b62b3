// Starts Watchpost. In JavaScript, so that once its modules are kept it starts without the compiler for TypeScript,
// which would take a tenth of a second and 15 MB.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Stripping types and compiling is most of a start; what is kept from the last one makes the next four times as fast.
enableCompileCache(join(import.meta.dirname, '../.cache/compile'))

const { saveMemory } = await import('./src/engine.ts')
saveMemory()
await import('./src/main.ts')
