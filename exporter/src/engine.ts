// The JavaScript engine, set for a program that works for a tenth of a second in fifteen. All of it stands here,
// so that it holds however Watchpost is started. (A nursery's greatest size could only be given on the command line.)
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/** To be called before anything large is loaded. */
export function saveMemory(): void {
  // By default the nursery grows to 48 MB, and the heap to four times what is in use before it is swept.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=80')
  // What is loaded runs once: machine code for it, and the compilers themselves, would be 12 MB.
  setFlagsFromString('--no-turbofan')
  setFlagsFromString('--no-maglev')
}

/** To be called when the work begins that is done again and again. */
export function saveTime(): void {
  // What was compiled under one set of flags is of no use under another.
  flushCompileCache()
  setFlagsFromString('--turbofan')
  setFlagsFromString('--maglev')
}
