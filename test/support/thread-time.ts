/** What this thread works for, in processor time: other programs on the machine do not lengthen it. */

// Node 22 counts the whole process only.
const usage = (since?: NodeJS.CpuUsage): NodeJS.CpuUsage =>
  Reflect.has(process, 'threadCpuUsage') ? process.threadCpuUsage(since) : process.cpuUsage(since)

/** Processor milliseconds of `work`. */
export function threadMilliseconds(work: () => void): number {
  const before = usage()
  work()
  return milliseconds(usage(before))
}

/** What the event loop does from one tick of a millisecond to the next while `work` runs: 95 of 100 take at most `at95` ms. */
export async function turnsOf(
  work: () => Promise<void>,
): Promise<{ count: number; at95: number; longest: number }> {
  const turns: number[] = []
  let before = usage()
  let next: NodeJS.Timeout
  const turn = () => {
    turns.push(milliseconds(usage(before)))
    before = usage()
    next = setTimeout(turn, 1)
  }
  next = setTimeout(turn, 1)
  try {
    await work()
  } finally {
    clearTimeout(next)
  }
  turns.sort((one, other) => one - other)
  return {
    count: turns.length,
    at95: turns[Math.ceil(0.95 * turns.length) - 1] ?? 0,
    longest: turns.at(-1) ?? 0,
  }
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000
