import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rxcrew$/, replacement: source('index.ts') },
      { find: /^rxcrew\/testing$/, replacement: source('testing/index.ts') },
    ],
  },
  test: {
    include: ['spec/**/*.spec.ts'],
    testTimeout: 60_000,
    coverage: { include: ['src/**'], reporter: ['text-summary'] },
  },
})
