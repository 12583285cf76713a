/** Places where studies run besides this machine: kept by name, and tried out. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quoted } from '../../../shared/jobs/batch-script.ts'
import {
  defaultLocal,
  defaultSubmission,
  type Partition,
  type Place,
  type PlaceSettings,
} from '../../../shared/jobs/place.ts'
import type { PlaceId } from '../../../shared/core/ids.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import type { Check } from '../../../shared/core/check.ts'
import { applicationRoot, checkoutFolder } from '../core/installation.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import { placeShell } from './place-shell.ts'
import { found } from '../core/found.ts'

export interface PlaceReport {
  readonly place: Place
  /** Null where Slurm did not answer. */
  readonly slurm: string | null
  readonly partitions: readonly Partition[]
  readonly checks: readonly Check[]
}

const TEST_MINUTES = 5
const LOOK_MS = 1000

const works = (name: string, detail: string): Check => ({ name, ok: true, detail, remedy: null })
const fails = (name: string, detail: string, remedy: string): Check => ({
  name,
  ok: false,
  detail,
  remedy,
})

function partitionsOf(lines: readonly string[]): readonly Partition[] {
  return lines.flatMap((line) => {
    const [name = '', nodes = '', timeLimit = '', gres = '', memory = '', cpus = ''] =
      line.split('|')
    if (!/^\d+$/.test(nodes)) return []
    return [{ name, nodes: Number(nodes), timeLimit, gres, memory, cpus }]
  })
}

export function createPlaces({ store }: Workspace, facts: Facts) {
  const get = (id: PlaceId) => found(store.places.get(id), `place ${id}`)

  function expectFree(name: string, but: PlaceId | null): void {
    const other = store.places.list().find((place) => place.name === name)
    if (other && other.id !== but)
      throw new DdadError('CONFLICT', `There is already a place ${name}. Choose another name.`)
  }

  /** Asks Slurm and the shared folder, in one request. */
  async function look({ settings }: Place): Promise<Omit<PlaceReport, 'place'>> {
    const scratch = quoted(settings.scratch)
    const answer = await placeShell(
      settings,
      [
        'sinfo --version',
        "sinfo --noheader --format='%P|%D|%l|%G|%m|%c'",
        "scontrol show config | sed -n 's/^MaxBatchRequeue *= */requeue=/p; s/^JobRequeue *= */requeues=/p'",
        `mkdir -p ${scratch} && df -Pk ${scratch} | awk 'NR==2 {print "free=" $4}'`,
      ].join('\n'),
    )
    const lines = answer.trim().split('\n')
    const slurm = lines.find((line) => /^slurm\S* \d/.test(line)) ?? null
    const valueOf = (key: string) =>
      lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
    const partitions = partitionsOf(lines)
    const free = Number(valueOf('free') ?? NaN)
    return {
      slurm,
      partitions,
      checks: [
        slurm
          ? works('Slurm', slurm)
          : fails(
              'Slurm',
              'sinfo does not answer',
              'Name what loads it in the place’s first lines.',
            ),
        partitions.length > 0
          ? works('Partitions', partitions.map(({ name }) => name).join(', '))
          : fails('Partitions', 'none', 'Ask the site for a partition that you may use.'),
        Number.isFinite(free)
          ? works('Shared folder', `${settings.scratch}, ${(free / 1e6).toFixed(1)} GB free`)
          : fails('Shared folder', settings.scratch, 'Choose a folder that the host may write.'),
        ...(valueOf('requeues') === '0'
          ? [fails('Requeue', 'the site has JobRequeue=0', 'Lost tasks need `ddad study retry`.')]
          : []),
        ...(valueOf('requeue')
          ? [works('Requeue', `at most ${valueOf('requeue')} launch failures, then held`)]
          : []),
      ],
    }
  }

  /** Runs `ddad doctor` on a node; what it reports comes back through the shared folder. */
  async function runDoctor(place: Place, seconds: number): Promise<readonly Check[]> {
    const { settings } = place
    const { partition, account, gres, lines } = settings.submission
    const folder = `${settings.scratch}/test-${randomUUID()}`
    const script = [
      '#!/bin/bash',
      `#SBATCH --job-name=ddad-test --time=${TEST_MINUTES} --output=${folder}/log`,
      ...(partition ? [`#SBATCH --partition=${partition}`] : []),
      ...(account ? [`#SBATCH --account=${account}`] : []),
      ...(gres ? [`#SBATCH --gres=${gres}`] : []),
      ...lines,
      settings.prelude,
      `work="${settings.local}/ddad-test-$SLURM_JOB_ID"`,
      `${settings.command} doctor --json --workspace "$work" >${quoted(`${folder}/report.part`)}`,
      'rm -rf "$work"',
      `mv ${quoted(`${folder}/report.part`)} ${quoted(`${folder}/report`)}`,
      '',
    ].join('\n')
    const job = (
      await placeShell(
        settings,
        `mkdir -p ${quoted(folder)} && cat >${quoted(`${folder}/script`)} && sbatch --parsable ${quoted(`${folder}/script`)}`,
        { stdin: script },
      )
    )
      .trim()
      .split(';')[0]!
    const until = Date.now() + seconds * 1000
    const report = quoted(`${folder}/report`)
    let queue = ''
    try {
      for (;;) {
        const answer = await placeShell(
          settings,
          `if [ -f ${report} ]; then echo done; cat ${report}; else squeue --noheader --states=all --jobs=${job} --format='%T (%r)'; tail -n 5 ${quoted(`${folder}/log`)} 2>/dev/null || true; fi`,
        )
        if (answer.startsWith('done\n')) return readDoctor(answer.slice(5))
        queue = answer.trim().replaceAll('\n', ' ')
        if (/^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)/.test(queue))
          return [
            fails(
              'Test job',
              `${job}: ${queue}`,
              `See that \`${settings.command}\` starts on a node.`,
            ),
          ]
        if (Date.now() > until) {
          await placeShell(settings, `scancel ${job}`)
          return [
            fails(
              'Test job',
              `${job} did not begin in ${seconds} s: ${queue}. It was cancelled.`,
              'Try again when the partition is free, or with --wait SECONDS.',
            ),
          ]
        }
        await sleep(LOOK_MS)
      }
    } finally {
      await placeShell(settings, `rm -rf ${quoted(folder)}`).catch(() => '')
    }
  }

  function readDoctor(text: string): readonly Check[] {
    try {
      const { checks } = JSON.parse(text) as { checks: readonly Check[] }
      return checks
        .filter(({ name, ok }) => name !== 'Electron' && !(ok && name === 'Workspace'))
        .map((check) => ({ ...check, name: `Node: ${check.name}` }))
    } catch {
      return [
        fails('Test job', 'its report cannot be read', 'Is the same version of ddad on the nodes?'),
      ]
    }
  }

  const changed = (id: PlaceId): Place => {
    facts.tell('places.changed', null)
    return get(id)
  }

  return {
    get,
    /** A new place: this program is called as here, by a checkout's own script or from the path. */
    defaults: (): PlaceSettings => ({
      host: '',
      command: checkoutFolder() ? `node ${path.join(applicationRoot, 'scripts/ddad.mjs')}` : 'ddad',
      scratch: '',
      local: defaultLocal,
      prelude: '',
      paths: [],
      submission: defaultSubmission,
    }),
    list: (): readonly Place[] => store.places.list(),
    /** By name or id. @throws {DdadError} NOT_FOUND that lists those there are. */
    find: (reference: string): Place => {
      const all = store.places.list()
      const found = all.find(({ name, id }) => name === reference || String(id) === reference)
      if (found) return found
      const known =
        all.map(({ name }) => name).join(', ') || 'none yet; `ddad places add` makes one'
      throw new DdadError('NOT_FOUND', `There is no place ${reference}. Places: ${known}.`)
    },
    /** @throws {DdadError} CONFLICT where the name is taken. */
    add: (name: string, settings: PlaceSettings): Place => {
      expectFree(name, null)
      return changed(store.places.insert(name, settings, Date.now()))
    },
    change: (id: PlaceId, name: string, settings: PlaceSettings): Place => {
      get(id)
      expectFree(name, id)
      store.places.update(id, name, settings)
      return changed(id)
    },
    /** Forgets a place. @throws {DdadError} CONFLICT while a study was sent there. */
    remove: (id: PlaceId): void => {
      const { name } = get(id)
      if (store.tasks.isUsed(id))
        throw new DdadError('CONFLICT', `A study was sent to ${name}, so that it is kept with it.`)
      store.places.remove(id)
      facts.tell('places.changed', null)
    },
    /**
     * Tries a place out: what Slurm says of itself, the shared folder, and a job of seconds that looks at a node.
     * Never rejects for what is wrong there; that is in the checks.
     * @param seconds how long the job may wait for its turn; 0 sends none
     */
    test: async (id: PlaceId, seconds: number): Promise<PlaceReport> => {
      const place = get(id)
      let found: Omit<PlaceReport, 'place'>
      try {
        found = await look(place)
      } catch (error) {
        const problem = fails('Host', describeError(error).message, 'Mend this first.')
        return { place, slurm: null, partitions: [], checks: [problem] }
      }
      const usable = found.checks.every(({ ok, name }) => ok || name === 'Requeue')
      if (!usable || seconds === 0) return { place, ...found }
      const node = await runDoctor(place, seconds).catch((error: unknown) => [
        fails('Test job', describeError(error).message, 'Mend this first.'),
      ])
      return { place, ...found, checks: [...found.checks, ...node] }
    },
  }
}
