// SQLSTATE, the code that a database gives an error: its condition by the name in Postgres' manual, else its class.
import { compilePattern } from './pattern.ts'

/** Five characters name a condition, two the class of all that begin with them. */
const names: Readonly<Record<string, string>> = {
  '08': 'connection_exception',
  '08003': 'connection_does_not_exist',
  '08006': 'connection_failure',
  '0A': 'feature_not_supported',
  '21': 'cardinality_violation',
  '22': 'data_exception',
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '22012': 'division_by_zero',
  '22021': 'character_not_in_repertoire',
  '22023': 'invalid_parameter_value',
  '22P02': 'invalid_text_representation',
  '23': 'integrity_constraint_violation',
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '23P01': 'exclusion_violation',
  '25': 'invalid_transaction_state',
  '25006': 'read_only_sql_transaction',
  '25P02': 'in_failed_sql_transaction',
  '25P03': 'idle_in_transaction_session_timeout',
  '28': 'invalid_authorization_specification',
  '28P01': 'invalid_password',
  '3D': 'invalid_catalog_name',
  '40': 'transaction_rollback',
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
  '42': 'syntax_error_or_access_rule_violation',
  '42501': 'insufficient_privilege',
  '42601': 'syntax_error',
  '42703': 'undefined_column',
  '42804': 'datatype_mismatch',
  '42883': 'undefined_function',
  '42P01': 'undefined_table',
  '53': 'insufficient_resources',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  '53300': 'too_many_connections',
  '54': 'program_limit_exceeded',
  '55': 'object_not_in_prerequisite_state',
  '55006': 'object_in_use',
  '55P03': 'lock_not_available',
  '57': 'operator_intervention',
  '57014': 'query_canceled',
  '57P01': 'admin_shutdown',
  '57P02': 'crash_shutdown',
  '57P03': 'cannot_connect_now',
  '58': 'system_error',
  P0: 'plpgsql_error',
  P0001: 'raise_exception',
  XX: 'internal_error',
  XX001: 'data_corrupted',
}

/** What Postgres says where a program passes on its words and not its code. */
const words: readonly (readonly [words: string, code: string])[] = [
  ['duplicate key value violates unique constraint', '23505'],
  ['violates foreign key constraint', '23503'],
  ['violates not-null constraint', '23502'],
  ['violates check constraint', '23514'],
  ['violates exclusion constraint', '23P01'],
  ['deadlock detected', '40P01'],
  ['could not serialize access', '40001'],
  ['could not obtain lock on|canceling statement due to lock timeout', '55P03'],
  ['canceling statement due to user request', '57014'],
  ['too many clients already|remaining connection slots are reserved|too many connections for', '53300'],
  ['permission denied for (?:table|relation|schema|function|sequence|database|view)', '42501'],
  [String.raw`relation "[^"]{1,130}" does not exist`, '42P01'],
  [String.raw`column "?[^ ]{1,130} (?:of relation [^ ]{1,130} )?does not exist`, '42703'],
  [String.raw`function .{1,200} does not exist`, '42883'],
  ['in a read-only transaction', '25006'],
  ['current transaction is aborted', '25P02'],
  ['invalid input syntax for type', '22P02'],
  ['value too long for type', '22001'],
  ['password authentication failed', '28P01'],
  ['due to administrator command', '57P01'],
  ['the database system is (?:starting up|shutting down|in recovery)', '57P03'],
  ['could not (?:extend|write).{1,200}no space left on device', '53100'],
]

const conditions = new Set(Object.values(names))
const code = compilePattern(String.raw`SQL ?STATE\b['"]?[ :=(\[]{0,3}['"]?([0-9A-Z]{5})\b`)
// As psycopg calls its exceptions.
const exception = compilePattern(String.raw`\berrors\.([A-Z][A-Za-z]{3,60})\b`)
const phrases = words.map(([text, state]) => [compilePattern(text), state] as const)

/** The name of the condition or of its class; undefined for a text without one that is known. */
export function findSqlCondition(text: string): string | undefined {
  const told = code.matcher(text)
  if (told.find()) return nameOf(told.group(1)?.toUpperCase() ?? '')
  const named = exception.matcher(text)
  if (named.find()) {
    const name = (named.group(1) ?? '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()
    if (conditions.has(name)) return name
  }
  const phrase = phrases.find(([pattern]) => pattern.matcher(text).find())
  return phrase && nameOf(phrase[1])
}

function nameOf(state: string): string | undefined {
  return names[state] ?? names[state.slice(0, 2)]
}
