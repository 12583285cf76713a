import path from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

/** Half an hour of kills, full disks and hostile input; not part of `npm test`. */
export default defineConfig({
  plugins: [svelte()],
  test: {
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/siege/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
})
