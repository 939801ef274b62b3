// Patterns over texts of others run on an engine of linear time: no text can stall the exporter.
import type { RE2JS } from 're2js'
import { loadRegExpEngine } from '../../../packages.ts'

/** Upper and lower case alike. */
export function compilePattern(text: string): RE2JS {
  const { RE2JS: engine } = loadRegExpEngine()
  return engine.compile(text, engine.CASE_INSENSITIVE)
}
