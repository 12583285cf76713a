import path from 'node:path'
import { defineConfig } from '@playwright/test'

/** What measures frames, tasks and memory has the machine for itself: `npm test` runs it after the others. */
const measuring = ['large-grid', 'mask-speed', 'scale', 'thresholds'].map(
  (name) => `${name}.spec.ts`,
)

export default defineConfig({
  testDir: import.meta.dirname,
  projects: [
    // The longest begins first, beside all the others.
    { name: 'study', testMatch: 'study.spec.ts', timeout: 400_000 },
    {
      name: 'window',
      testMatch: '*.spec.ts',
      testIgnore: [...measuring, 'study.spec.ts'],
      timeout: 300_000,
    },
    { name: 'measured', testMatch: measuring, workers: 1, timeout: 200_000 },
  ],
  globalSetup: path.join(import.meta.dirname, '../support/unpack-golden.ts'),
  outputDir: path.resolve(import.meta.dirname, '../../test-results/window'),
  // For everything together; each test has the limit of its project.
  globalTimeout: 1_800_000,
  expect: { timeout: 30_000 },
  workers: 2,
  retries: 0,
  reporter: [['list'], ['json']],
})
