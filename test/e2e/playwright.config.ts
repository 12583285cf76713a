import path from 'node:path'
import { defineConfig } from '@playwright/test'

/** What measures frames, tasks and memory has the machine for itself, after the others. */
const measuring = ['large-grid', 'mask-speed', 'scale', 'thresholds'].map(
  (name) => `${name}.spec.ts`,
)

export default defineConfig({
  testDir: import.meta.dirname,
  projects: [
    // The longest begins first, beside all the others.
    { name: 'study', testMatch: 'study.spec.ts' },
    { name: 'window', testMatch: '*.spec.ts', testIgnore: [...measuring, 'study.spec.ts'] },
    { name: 'measured', testMatch: measuring, dependencies: ['study', 'window'], workers: 1 },
  ],
  globalSetup: path.join(import.meta.dirname, '../support/unpack-golden.ts'),
  outputDir: path.resolve(import.meta.dirname, '../../test-results/window'),
  timeout: 400_000,
  expect: { timeout: 30_000 },
  workers: 2,
  retries: 0,
  reporter: [['list'], ['json']],
})
