import { defineConfig } from 'vitest/config'
import everything from './vitest.config.js'

// Real servers, each started by its own spec file on a free port: slower than the specs of `npm test`, and apart from them.
export default defineConfig({
  ...everything,
  test: { ...everything.test, include: ['spec/brokers/**/*.spec.ts'], exclude: [], hookTimeout: 120_000, maxWorkers: 2 },
})
