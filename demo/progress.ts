// How far the start is: a bar on a terminal, lines elsewhere.
import { MultiBar } from 'cli-progress'

export interface Progress {
  /** The next of the steps begins. */
  readonly step: (what: string) => void
  readonly note: (line: string) => void
  /** Takes the bar away; again does nothing. */
  readonly end: () => void
}

export function showProgress(stepCount: number, output: NodeJS.WriteStream): Progress {
  return output.isTTY ? showBar(stepCount, output) : showLines(stepCount, output)
}

function showBar(stepCount: number, output: NodeJS.WriteStream): Progress {
  const bars = new MultiBar({
    stream: output,
    format: '{bar} {value}/{total}  {what}',
    clearOnComplete: true,
  })
  let isShown = true
  const bar = bars.create(stepCount, 0, { what: '' })
  return {
    step: (what) => bar.increment({ what }),
    note: (line) => bars.log(`${line}\n`),
    end() {
      if (isShown) bars.stop()
      isShown = false
    },
  }
}

function showLines(stepCount: number, output: NodeJS.WriteStream): Progress {
  let reached = 0
  return {
    step(what) {
      reached += 1
      output.write(`[${reached}/${stepCount}] ${what}\n`)
    },
    note: (line) => void output.write(`${line}\n`),
    end: () => {},
  }
}
