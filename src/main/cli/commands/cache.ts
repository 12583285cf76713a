import type { RunId } from '../../../shared/core/ids.ts'
import { UsageError, type Command } from '../command.ts'
import { table } from '../output.ts'

const bytes = (value: number) =>
  value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`

export const cacheShow: Command = {
  name: 'cache show',
  usage: '',
  summary: 'Shows what the stored maps of sweeps take, by run.',
  options: {},
  run: async ({ output, studio }) => {
    const cache = studio().mapCache.show()
    const rows = cache.runs.map(({ runId, name, settings, maps, usedAt, busy, ...run }) => [
      runId === null ? '–' : String(runId),
      name,
      String(settings),
      String(maps),
      bytes(run.bytes),
      usedAt === 0 ? '' : new Date(usedAt).toISOString().slice(0, 10),
      busy ? 'in use' : '',
    ])
    const title = `Maps of sweeps take ${bytes(cache.bytes)} of at most ${bytes(cache.limit)}.`
    const header = ['run', 'name', 'settings', 'maps', 'size', 'last used', '']
    output.result(cache, rows.length === 0 ? title : `${title}\n\n${table(header, rows)}`)
  },
}

export const cachePrune: Command = {
  name: 'cache prune',
  usage: '[--to GB | --run ID | --all] [--keep GB]',
  summary: 'Removes stored maps of sweeps, those unused for longest first.',
  details:
    'Without an option down to the size that the settings allow, with --to down to so many GB, with --run or\n' +
    '--all completely. --keep sets the size for the future. Maps that an evaluation needs and those of a run\n' +
    'with a sweep or an evaluation that waits or runs are never touched; the others are computed again when needed.',
  options: {
    to: { type: 'string' },
    run: { type: 'string' },
    all: { type: 'boolean' },
    keep: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const { mapCache, preferences } = studio()
    const given = [values.text('to'), values.text('run'), values.flag('all') || undefined]
    if (given.filter((value) => value !== undefined).length > 1) {
      throw new UsageError('Give one of --to, --run and --all.')
    }
    const gigabytes = (name: string): number | undefined => {
      const value = values.number(name)
      if (value !== undefined && value < 0) throw new UsageError(`--${name} is below 0.`)
      return value === undefined ? undefined : Math.round(value * 1e9)
    }
    const keep = gigabytes('keep')
    if (keep !== undefined) preferences.set({ sweepCacheBytes: keep })
    const toBytes = values.flag('all') ? 0 : (gigabytes('to') ?? preferences.get().sweepCacheBytes)
    const wish =
      values.text('run') === undefined ? { toBytes } : { runId: values.id('run') as RunId }
    const pruned = mapCache.prune(wish)
    const left = mapCache.show()
    output.result(
      { pruned, cache: left },
      `Removed ${pruned.maps} maps of ${pruned.settings} settings, ${bytes(pruned.bytes)}. ` +
        `${bytes(left.bytes)} are left.`,
    )
  },
}
