import { expect, test } from 'vitest'
import { chooseFormat } from './negotiation.ts'

test.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['text/html,*/*;q=0.8', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text; version=2.0.0', 'text'],
  ['application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.8', 'text'],
  // What Prometheus 2.42 sends.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  // What Prometheus 3 sends.
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
  ['application/openmetrics-text;q=nonsense', 'text'],
])('Accept %s gets the format %s', (accept, format) => {
  expect(chooseFormat(accept)).toBe(format)
})
