// The commands in the order of the help text. Adding one is a line here.
import { check } from './check.ts'
import type { Command } from './command.ts'
import { serve } from './serve.ts'

export const commands: readonly Command[] = [serve, check]
