// When a program of the demo is to end: by Ctrl-C, by a signal, and with the npm that started it.

export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  // Handled again and again: npm passes on a Ctrl-C that the terminal has already sent to us.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort())
  // npm passes a SIGTERM on to its shell only, and that ends without a word to us.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stopping.abort()
  }, 500).unref()
  return stopping.signal
}
