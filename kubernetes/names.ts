// What the parts call each other by.

export const name = 'watchpost'
export const port = 8007

/** Where examples/kubernetes puts it. */
export const namespace = 'watchpost'

/** The namespace of Prometheus, which is let in. */
export const monitoringNamespace = 'monitoring'

/** On everything that is ours. */
export const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': name } as const

/** What a selector finds the exporter's pods and its service by. */
export const selector = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'exporter' } as const

export const exporterLabels = { ...labels, ...selector } as const

/** A pod with this label may send pings of its job. */
export const pingLabel = { 'watchpost.dev/pings': 'true' } as const
