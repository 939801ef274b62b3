// The compiled schemas say what a field must be, not that there are no others: one that they never read is unknown.

/** A class of kubernetes-models. */
export interface Model {
  readonly prototype: { validate(): void }
}

export interface Schema {
  readonly model: Model
  /** Below this field the schema takes anything. */
  readonly open?: string
}

/** What the schema has against it; undefined where that is nothing. */
export function findMistake({ model, open }: Schema, object: object): string | undefined {
  const read = new Set<string>()
  try {
    model.prototype.validate.call(watch(object, '', read))
  } catch (error) {
    return (error as Error).message
  }
  const unknown = pathsOf(object, '').filter(
    (path) => !read.has(path) && !(open !== undefined && path.startsWith(open)),
  )
  return unknown.length === 0
    ? undefined
    : `strict decoding error: ${unknown.map((path) => `unknown field "${path.slice(1)}"`).join(', ')}`
}

function watch(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return found
      read.add(`${path}.${key}`)
      return watch(found, `${path}.${key}`, read)
    },
  })
}

function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}.${key}`
    return [here, ...pathsOf(inner, here)]
  })
}
