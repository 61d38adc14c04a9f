import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rxcrew$/, replacement: source('index.ts') },
      { find: /^rxcrew\/(redis|nats|rabbitmq|kafka)$/, replacement: source('bus/$1/index.ts') },
      { find: /^rxcrew\/(testing|threads)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['spec/**/*.spec.ts'],
    // Real servers: `npm run test:brokers` and `npm run test:faults`.
    exclude: ['spec/brokers/**', 'spec/faults/**'],
    testTimeout: 60_000,
    coverage: { include: ['src/**'], reporter: ['text-summary'] },
  },
})
