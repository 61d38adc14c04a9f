import { defineConfig } from 'vitest/config'
import everything from './vitest.config.js'

// Real servers and worker processes that are killed, one file at a time: they measure how soon things go on.
export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    include: ['spec/faults/**/*.spec.ts'],
    exclude: [],
    globalSetup: ['spec/faults/faults-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
})
