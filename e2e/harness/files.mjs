/** Where things are. */
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
