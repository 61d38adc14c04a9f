import { defineConfig } from 'vitest/config'
import everything from './vitest.config.js'

// Only the specs of the mutated rooms: a mutant that needs a whole hub to be noticed lacks a spec of its own.
export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    include: ['core', 'operators', 'scaling', 'supervision'].map((room) => `spec/${room}/**/*.spec.ts`),
  },
})
