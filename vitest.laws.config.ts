import { defineConfig } from 'vitest/config'
import everything from './vitest.config.js'

// The laws of every policy, each tried on 100,000 random pasts and loads instead of 100: `npm run laws -- vegas` for one.
export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    include: ['spec/scaling/**/*.spec.ts'],
    testNamePattern: /keeps the laws of every policy/,
    setupFiles: ['spec/support/many-runs.ts'],
    testTimeout: 7_200_000,
    maxWorkers: 1,
  },
})
