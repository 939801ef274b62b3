// The collectors in the order of the page. Adding one is a line here.
import { services } from './services/services.ts'

export const collectors = [services] as const
