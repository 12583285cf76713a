import path from 'node:path'
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  timeout: 5_400_000,
  outputDir: path.resolve(import.meta.dirname, '../../test-results/full-size'),
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: [['list']],
})
