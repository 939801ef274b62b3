// What the SDK writes that the newest schema does not have, or has for another purpose.

/** The keys of a variable of another kind, of the table as it was before Grafana 13. */
const gone: ReadonlySet<string> = new Set(['auto', 'auto_min', 'auto_count', 'footer'])

/** The model as its file has it. Links and annotations stay in sight: the SDK moves them into a menu behind a button. */
export function withoutLeftovers<Model>(model: Model): Model {
  const keep = (key: string, value: unknown): unknown =>
    gone.has(key) || (key === 'placement' && value === 'inControlsMenu') ? undefined : value
  return JSON.parse(JSON.stringify(model, keep)) as Model
}
