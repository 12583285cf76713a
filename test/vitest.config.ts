import path from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '..')

/** A project of tests in one folder; each file gets its own process, as TensorFlow needs. */
const project = (name: string, timeout: number) => ({
  plugins: [svelte()],
  test: {
    name,
    root,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
  },
})

export default defineConfig({
  test: {
    root,
    globalSetup: path.join(import.meta.dirname, 'support/unpack-golden.ts'),
    pool: 'forks',
    maxWorkers: 2,
    projects: [project('unit', 20_000), project('db', 60_000), project('engine', 180_000)],
  },
})
