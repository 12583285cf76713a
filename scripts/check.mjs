// `npm run check`: format, lint, types, import boundaries and dead code. Runs every check and fails if any did.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const checks = [
  ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint/bin/eslint.js', ['--max-warnings', '0', 'src', 'test', 'scripts']],
  [
    'types',
    'svelte-check/bin/svelte-check',
    ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  ],
  [
    'boundaries',
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    ['--config', 'test/arch/boundaries.cjs', 'src'],
  ],
  ['dead code', 'knip/bin/knip.js', ['--config', 'test/arch/knip.json']],
]

/** Runs all checks one after another. */
export async function check() {
  const failed = []
  for (const [name, file, args] of checks) {
    const started = Date.now()
    const code = await runNode([path.join('node_modules', file), ...args])
    say(
      `check ${name}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    )
    if (code !== 0) failed.push(name)
  }
  if (failed.length > 0) throw new SetupError(`Failed: ${failed.join(', ')}.`)
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup()
    await check()
  })
}
