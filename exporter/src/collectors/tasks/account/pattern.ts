// Patterns over texts of others run on an engine of linear time: no text can stall the exporter.
import { RE2JS } from 're2js'

/** Upper and lower case alike. */
export function compilePattern(text: string): RE2JS {
  return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE)
}
