import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { onSignals } from '../../../../src/main/cli/signals.ts'

let answers: string[] = []
let endListening = () => {}

function listen(terminal: boolean): void {
  for (const stream of [process.stdin, process.stderr])
    vi.spyOn(stream, 'isTTY', 'get').mockReturnValue(terminal)
  answers = []
  const answer = (text: string) => () => answers.push(text)
  endListening = onSignals({ stop: answer('stop'), discard: answer('discard') })
}

beforeEach(() => {
  for (const stream of [process.stdin, process.stderr])
    if (!('isTTY' in stream))
      Object.defineProperty(stream, 'isTTY', { get: () => false, configurable: true })
  vi.useFakeTimers()
})
afterEach(() => {
  endListening()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const after = (milliseconds: number, ...signals: readonly NodeJS.Signals[]) => {
  vi.advanceTimersByTime(milliseconds)
  for (const signal of signals) process.emit(signal)
}

it('never discards for SIGTERM and SIGHUP, however often and in whatever company', () => {
  listen(true)
  after(0, 'SIGTERM', 'SIGHUP', 'SIGTERM')
  after(5000, 'SIGTERM', 'SIGHUP')
  expect(new Set(answers)).toEqual(new Set(['stop']))
})

it('discards for a second Ctrl-C at a terminal, once, but not for the bounce of the first', () => {
  listen(true)
  after(0, 'SIGINT', 'SIGINT')
  expect(answers).toEqual(['stop'])
  after(2000, 'SIGINT', 'SIGINT')
  expect(answers).toEqual(['stop', 'discard'])
})

it('keeps the work for any number of SIGINT where nobody could be told what the next one does', () => {
  listen(false)
  after(0, 'SIGINT')
  after(2000, 'SIGINT')
  after(2000, 'SIGINT')
  expect(answers).toEqual(['stop'])
})
