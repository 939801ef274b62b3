// The dashboards in the order of the menu. Adding one is a line here.
import type { Dashboard } from '../dashboard.ts'
import { overview } from './overview.ts'

export const dashboards: readonly (() => Dashboard)[] = [overview]
