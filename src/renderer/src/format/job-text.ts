import type { Job } from '../../../shared/runs/run.ts'
import { formatDuration } from './time.ts'

/** `3 min left (2 min 40 s – 4 min)`; says so before it is measured. */
export function timeLeft({ progress }: Job): string {
  if (!progress) return ''
  if (progress.secondsLeft === null) return 'measuring the time left'
  const left = `${formatDuration(progress.secondsLeft)} left`
  const { spread } = progress
  if (!spread) return left
  const [low, high] = [formatDuration(spread.low), formatDuration(spread.high)]
  return low === high ? left : `${left} (${low} – ${high})`
}

/** What a job went through without anyone's wish; empty when nothing did. */
export function continuedText({ continued, interruption }: Job): string {
  if (continued === 0) return ''
  const times = continued === 1 ? 'once' : `${continued} times`
  return `Went on by itself ${times}. ${interruption ?? ''}`.trim()
}
