// `npm run bench`: time and memory of the engine, beside PyTorch where `python3` (or DDAD_PYTHON) has it.
//   npm run bench -- [networks] [profile] [metrics] [soak] [import] [--rounds 5] [--threads 1] [--only 64x32] [--json]
// `--threads 0` takes all of them; `--json` prints the networks' figures as JSON and measures nothing else.
import { spawn, spawnSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { folder, openChild, openEngine } from './bench/child.mjs'
import { profile } from './bench/profile.mjs'
import { modernNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

/** Image size, base channels, batch. */
const configurations = [
  [64, 32, 4],
  [128, 64, 1],
  [256, 32, 1],
  [256, 64, 1],
]

const chosen = (only) =>
  configurations.filter(([size, base]) => !only || only === `${size}x${base}`)

/** The Python that has PyTorch, or null. */
function findPython() {
  const python = process.env.DDAD_PYTHON ?? 'python3'
  return spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0 ? python : null
}

/** The quickest of several rounds, with the highest peak: noise of other programs only ever adds time. */
function summary(rounds) {
  const least = (key) => Math.min(...rounds.map((round) => round[key]))
  const most = Math.max(...rounds.map(({ peak }) => peak))
  return { cpu: least('cpu'), wall: least('wall'), peak: most / 2 ** 20 }
}

/** Measures one configuration: engine and PyTorch take turns, after one round each to warm up. */
async function measure([size, base, batch], { rounds, threads, python }) {
  const dropout = base === 32 ? 0.3 : 0
  const results = {}
  for (const what of ['forward', 'train']) {
    // A process of its own for each, so that its peak is its own.
    const engine = openEngine([size, base, batch, threads])
    const torch =
      python &&
      openChild(python, ['pytorch.py', ...[size, base, batch, threads, dropout].map(String)])
    try {
      await Promise.all([engine.ready, torch?.ready])
      const taken = { engine: [], torch: [] }
      const { cpu: first } = await engine.ask(what)
      await torch?.ask(what)
      for (let round = 0; round < rounds; round++) {
        taken.engine.push(await engine.ask(what))
        if (torch) taken.torch.push(await torch.ask(what))
      }
      const operations = (await engine.ask('operations'))[what]
      results[what] = {
        engine: summary(taken.engine),
        torch: torch ? summary(taken.torch) : null,
        compile: first - summary(taken.engine).cpu,
        operations,
      }
    } finally {
      // Whichever side died, the other is not left waiting.
      engine.close()
      torch?.close()
    }
  }
  return results
}

function row(name, what, { engine, torch, compile, operations }) {
  const ratio = (key) => (torch ? (engine[key] / torch[key]).toFixed(2) : '–')
  const cells = [
    name,
    what,
    engine.cpu.toFixed(2),
    torch?.cpu.toFixed(2) ?? '–',
    ratio('cpu'),
    engine.wall.toFixed(2),
    torch?.wall.toFixed(2) ?? '–',
    engine.peak.toFixed(0),
    torch?.peak.toFixed(0) ?? '–',
    ratio('peak'),
    operations ?? '–',
    compile.toFixed(1),
  ]
  return `| ${cells.join(' | ')} |`
}

const head = [
  'network',
  'work',
  'CPU s',
  'PyTorch',
  'ratio',
  'wall s',
  'PyTorch',
  'peak MB',
  'PyTorch',
  'ratio',
  'operations',
  'compiling, CPU s',
]

async function networks({ rounds, threads, only, json }) {
  const python = findPython()
  say(
    `${os.cpus()[0].model.trim()}, ${os.cpus().length} cores, ${os.platform()} ${os.arch()}; ` +
      `${threads || 'all'} thread(s); best of ${rounds} rounds` +
      (python ? ' taken in turns' : '; no PyTorch found, set DDAD_PYTHON to a Python that has it'),
  )
  if (!json) console.log(`| ${head.join(' | ')} |\n|${head.map(() => ' --- |').join('')}`)
  const measured = []
  for (const configuration of chosen(only)) {
    const [size, base, batch] = configuration
    const name = `${size} px, base ${base}, batch ${batch}`
    const results = await measure(configuration, { rounds, threads, python })
    for (const [work, result] of Object.entries(results)) {
      measured.push({ size, base, batch, work, ...result })
      if (!json) console.log(row(name, work, result))
    }
  }
  if (json) console.log(JSON.stringify({ threads, rounds, networks: measured }, null, 2))
}

/** Runs a script to its end. */
async function run(name) {
  const { command, env } = modernNode()
  const child = spawn(command, [path.join(folder, `${name}.mjs`)], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new SetupError(`The ${name} failed.`)
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: '1' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  await setup({ window: false })
  if (values.json && positionals.some((name) => name !== 'networks')) {
    throw new SetupError('Only the networks are measured with --json.')
  }
  const all = values.json ? ['networks'] : ['networks', 'profile', 'metrics', 'soak']
  const wanted = positionals.length > 0 ? positionals : all
  if (positionals.length === 0 && !values.json)
    say('All parts take half an hour and more on two cores.')
  const options = { ...values, rounds: Number(values.rounds), threads: Number(values.threads) }
  if (wanted.includes('networks')) await networks(options)
  if (wanted.includes('profile')) {
    const large = chosen(options.only).filter(([size]) => size === 256)
    await profile(large, options.rounds)
  }
  for (const name of ['metrics', 'soak', 'import']) if (wanted.includes(name)) await run(name)
})
