// `npm run bench -- profile`: where the time of a pass and of a training step goes, by sampling (Linux, `perf`).
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from '../lib/run.mjs'
import { openEngine } from './child.mjs'

/** Kinds of work by the names of functions; the first that fits counts. */
const kinds = [
  ['dropout masks', /Philox|FillPhilox/],
  ['optimiser', /ApplyAdam/],
  [
    'normalisation, activation, sums',
    /jit_.*(bnorm|softmax|eltwise|binary|reduction|pool)|Eigen::(?!.*Contraction)/,
  ],
  ['convolution and matrix', /^jit_|gemm|Contraction|gebp|dnnl/i],
  ['copies and memory', /memmove|memset|memcpy|page|clear_|ConcatCPU|charge|zap|alloc|free/i],
]

/** Samples one kind of work; the engine has a thread of its own, so that samples are CPU time. */
async function shares(work, [size, base, batch], rounds) {
  const folder = mkdtempSync(path.join(tmpdir(), 'ddad-profile-'))
  const file = path.join(folder, 'perf.data')
  // Bit 2: oneDNN writes the names of the kernels that it makes where perf looks for them.
  const engine = openEngine([size, base, batch, 1], { ONEDNN_JIT_PROFILE: '2' })
  try {
    await engine.ready
    for (let i = 0; i < 2; i++) await engine.ask(work)
    const perf = spawn('perf', ['record', '-F', '499', '-o', file, '-p', String(engine.pid)], {
      stdio: 'ignore',
    })
    const ended = new Promise((resolve) => perf.on('close', resolve))
    await sleep(700)
    for (let i = 0; i < rounds; i++) await engine.ask(work)
    perf.kill('SIGINT')
    await ended
    const sort = ['--sort', 'dso,symbol', '--stdio', '-t', '|']
    const report = spawnSync('perf', ['report', '-i', file, '--no-children', ...sort], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    return grouped(report.stdout)
  } finally {
    engine.close()
    rmSync(folder, { recursive: true, force: true })
    rmSync(`/tmp/perf-${engine.pid}.map`, { force: true })
  }
}

function grouped(report) {
  const sums = new Map([...kinds.map(([name]) => [name, 0]), ['anything else', 0]])
  for (const line of report.split('\n')) {
    const [percent, library, symbol] = line.split('|').map((cell) => cell.trim())
    if (!symbol || !(Number.parseFloat(percent) > 0)) continue
    const name = symbol.replace(/^\[.\] /, '')
    const kind = library.includes('kernel')
      ? 'copies and memory'
      : (kinds.find(([, pattern]) => pattern.test(name))?.[0] ?? 'anything else')
    sums.set(kind, sums.get(kind) + Number.parseFloat(percent))
  }
  return sums
}

export async function profile(configurations, rounds) {
  if (spawnSync('perf', ['--version'], { stdio: 'ignore' }).status !== 0) {
    say('No perf here: where the time goes is not measured.')
    return
  }
  const names = [...kinds.map(([name]) => name), 'anything else']
  console.log(`| share of CPU time, % | ${names.join(' | ')} |`)
  console.log(`| --- |${names.map(() => ' --- |').join('')}`)
  for (const configuration of configurations)
    for (const work of ['forward', 'train']) {
      const sums = await shares(work, configuration, work === 'forward' ? 4 * rounds : rounds)
      const cells = names.map((name) => sums.get(name).toFixed(1))
      const [size, base] = configuration
      console.log(`| ${size} px, base ${base}, ${work} | ${cells.join(' | ')} |`)
    }
}
