// `npm run check`: format, lint, types, import boundaries and dead code. Runs every check and fails if any did.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const eslint = ['eslint/bin/eslint.js', '--max-warnings', '0']
const components = ['src/**/*.svelte', 'src/**/*.svelte.ts']
const others = components.flatMap((pattern) => ['--ignore-pattern', pattern])
/** Types of one program: each process sees only what it has, so that a page without Node cannot name it. */
const types = (folder) => [
  `types of ${folder}`,
  [
    'typescript/bin/tsc',
    ...['--project', folder, '--incremental'],
    ...[
      '--tsBuildInfoFile',
      `node_modules/.cache/types/${folder.replaceAll('/', '-')}.tsbuildinfo`,
    ],
  ],
]
/** The window's components need Svelte's own checker. */
const windowTypes = [
  '--tsconfig',
  'src/renderer/tsconfig.json',
  '--fail-on-warnings',
  '--output',
  'human',
]
const deadCode = ['knip/bin/knip.js', '--config', 'test/arch/knip.json']
/** Two lanes side by side, about as long as each other: each check keeps one core busy. */
const lanes = [
  [
    ['lint of the components', [...eslint, ...components]],
    ['types of the window', ['svelte-check/bin/svelte-check', ...windowTypes]],
    types('src/shared'),
    types('src/main'),
  ],
  [
    ['lint', [...eslint, ...others, 'src', 'test', 'scripts']],
    types('.'),
    ['format', ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
    [
      'boundaries',
      [
        'dependency-cruiser/bin/dependency-cruiser.mjs',
        '--config',
        'test/arch/boundaries.cjs',
        'src',
      ],
    ],
    ['dead code', deadCode],
    ['dead code but for tests', [...deadCode, '--production', '--exclude', 'dependencies']],
  ],
]
/** One program for all components, from which they see each other's types; else each is checked from the beginning. */
const componentsEnv = { SVELTE_ESLINT_PARSER_EXPERIMENTAL_TS_SYS_HOOK: '1' }

/** Runs all checks, or those whose name begins so. */
export async function check(only = '') {
  const failed = []
  const runLane = async (lane) => {
    for (const [name, [file, ...args]] of lane) {
      if (!name.startsWith(only)) continue
      const started = Date.now()
      const code = await runNode([path.join('node_modules', file), ...args], {
        env: name === 'lint of the components' ? componentsEnv : {},
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
    await setup({ window: false, engine: false })
    await check(process.argv[2])
  })
}
