import { DdadError } from '../../shared/errors.ts'

interface Waiting {
  readonly start: () => void
  readonly drop: () => void
}

/**
 * Does work a few pieces at a time, the latest asked for first: what has scrolled out of view can wait.
 * When more than `most` pieces wait, the oldest are dropped and rejected with CANCELLED.
 */
export function latestFirst(atOnce: number, most: number) {
  const waiting: Waiting[] = []
  let running = 0

  function next(): void {
    while (running < atOnce) {
      const latest = waiting.pop()
      if (!latest) return
      running += 1
      latest.start()
    }
  }

  return <Result>(work: () => Promise<Result>): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({
        start: () => {
          void work()
            .then(resolve, reject)
            .finally(() => {
              running -= 1
              next()
            })
        },
        drop: () => reject(new DdadError('CANCELLED', 'Dropped for newer thumbnails.')),
      })
      while (waiting.length > most) waiting.shift()?.drop()
      next()
    })
}
