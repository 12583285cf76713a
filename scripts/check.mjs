// `npm run check`: format, lint, types, import boundaries and dead code. Runs every check and fails if any did.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const eslint = ['eslint/bin/eslint.js', '--max-warnings', '0']
/** Two lanes side by side, about as long as each other: each check keeps one core busy. */
const lanes = [
  [['lint of the renderer', ...eslint, 'src/renderer']],
  [
    ['lint', ...eslint, '--ignore-pattern', 'src/renderer', 'src', 'test', 'scripts'],
    ['format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    [
      'types',
      'svelte-check/bin/svelte-check',
      '--tsconfig',
      './tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
    [
      'boundaries',
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      'test/arch/boundaries.cjs',
      'src',
    ],
    ['dead code', 'knip/bin/knip.js', '--config', 'test/arch/knip.json'],
  ],
]

/** Runs all checks. */
export async function check() {
  const failed = []
  const runLane = async (lane) => {
    for (const [name, file, ...args] of lane) {
      const started = Date.now()
      const code = await runNode([path.join('node_modules', file), ...args], {
        onOutput: (text) => text.trim() !== '' && say(text.trimEnd()),
      })
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      say(`check ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`)
      if (code !== 0) failed.push(name)
    }
  }
  await Promise.all(lanes.map(runLane))
  if (failed.length > 0) throw new SetupError(`Failed: ${failed.join(', ')}.`)
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup()
    await check()
  })
}
