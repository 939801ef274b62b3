// All collectors at once, for what describes them: schema, documents, tests.
import { loadCollectors } from './index.ts'

export const collectors = await loadCollectors()
