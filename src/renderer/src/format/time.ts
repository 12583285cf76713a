import { UNKNOWN } from './numbers.ts'

/** A duration in the two largest units: `2 h 5 min`, `45 s`, `350 ms`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds) || seconds < 0) return UNKNOWN
  if (seconds === 0) return '0 s'
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return minutes < 10 ? `${minutes} min ${total % 60} s` : `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

const sameYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Local date and time of an epoch in milliseconds; the year only when it is not this one. */
export function formatDate(epoch: number, now = Date.now()): string {
  const date = new Date(epoch)
  return date.getFullYear() === new Date(now).getFullYear()
    ? sameYear.format(date)
    : full.format(date)
}
