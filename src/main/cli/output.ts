/** Results go to stdout, everything said on the way to stderr. */
import type { JobProgress } from '../../shared/runs/run.ts'

export class Output {
  readonly json: boolean
  readonly #terminal = process.stderr.isTTY
  #shown = false
  #saidAt = 0

  constructor(json: boolean) {
    this.json = json
  }

  /** The command's result: as JSON when asked for, otherwise as text. */
  result(data: unknown, text: string): void {
    this.clear()
    process.stdout.write(this.json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`)
  }

  /** A line on stderr. */
  say(text: string): void {
    this.clear()
    process.stderr.write(`${text}\n`)
  }

  /** How far something is: one line that is rewritten on a terminal, a line every 15 s elsewhere. */
  progress(label: string, { done, total, ...measured }: JobProgress): void {
    const percent = total === 0 ? 0 : Math.floor((100 * done) / total)
    const left = done > 0 && done < total ? timeLeft(measured) : ''
    const line = `${label}: ${done}/${total} (${percent} %)${left && `, ${left} left`}`
    if (this.#terminal) {
      process.stderr.write(`\r\x1b[K${line}`)
      this.#shown = true
    } else if (Date.now() - this.#saidAt > 15_000) {
      process.stderr.write(`${line}\n`)
      this.#saidAt = Date.now()
    }
  }

  /** Removes the progress line. */
  clear(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K')
    this.#shown = false
  }
}

/** Seconds in words: `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
}

/** `3 min 05 s (2 min 50 s – 4 min 00 s)`; empty where it is not measured. */
export function timeLeft({
  secondsLeft,
  spread,
}: Pick<JobProgress, 'secondsLeft' | 'spread'>): string {
  if (secondsLeft === null) return ''
  const range = spread ? ` (${duration(spread.low)} – ${duration(spread.high)})` : ''
  return duration(secondsLeft) + range
}

/** Columns aligned by their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows]
  const widths = header.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? '').length)),
  )
  const isNumber = (cell: string) => /^[\d.–-]+$/.test(cell)
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return isNumber(cell) ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A figure with four decimals, or a dash where it is undefined. */
export function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4)
}
