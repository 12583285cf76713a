import path from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const root = path.resolve(import.meta.dirname, '..')

/** A project of tests in one folder; each file gets its own process, as TensorFlow needs. */
const project = (name: string, timeout: number) => ({
  plugins: [svelte()],
  test: {
    name,
    root,
    include: [`test/${name}/**/*.test.ts`],
    // Files side by side keep all cores busy; threads of one file beside them would only wait for each other.
    env: { TF_NUM_INTRAOP_THREADS: '1' },
    testTimeout: timeout,
    hookTimeout: timeout,
  },
})

/** Begun first, longest first, so that none of them is left alone at the end. */
const longest = [
  'kill-and-resume',
  'jobs/train',
  'out-of-memory',
  'compiled-unet',
  'bad-input',
  'cli/cli',
  'reproduce',
  'cli/experiments',
  'make-demo',
  'integration/signals',
  'engine/command-line',
  'engine/import',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`))
      return at < 0 ? longest.length : at
    }
    const others = await super.sort(files)
    return others.toSorted((left, right) => rank(left) - rank(right))
  }
}

export default defineConfig({
  test: {
    root,
    sequence: { sequencer: LongestFirst },
    globalSetup: path.join(import.meta.dirname, 'support/unpack-golden.ts'),
    pool: 'forks',
    // Twice the cores of a small machine: much of the time a test waits for processes it has started or killed.
    maxWorkers: 4,
    projects: [
      project('unit', 20_000),
      project('integration', 60_000),
      project('engine', 180_000),
      // With a Slurm of its own, which `npm run test:cluster` installs.
      ...(process.env['DDAD_TEST_CLUSTER'] ? [project('cluster', 1_200_000)] : []),
    ],
  },
})
