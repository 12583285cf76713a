import { describe, expect, it } from 'vitest'
import { createRouter, type RouteHandlers, type Sender } from '../../../../src/main/ipc/router.ts'
import { DdadError } from '../../../../src/shared/errors.ts'

const page: Sender = { url: 'ddad://app/index.html', mainFrame: true }

/** Handlers of which only two are asked; a request for any other would fail the test. */
function routerWith(answers: Partial<RouteHandlers>) {
  const defects: string[] = []
  const asked: unknown[] = []
  const record = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (input: never) => {
        asked.push(input)
        return (answer as (input: never) => unknown)(input)
      },
    ]),
  ) as unknown as RouteHandlers
  return { route: createRouter(record, (name) => defects.push(name)), defects, asked }
}

const everything = { datasetId: 1, filter: {}, sort: 'name', descending: false }

describe('the request router', () => {
  it('parses the input and wraps the answer', async () => {
    const { route, asked } = routerWith({ 'jobs.stop': () => null })
    expect(await route(page, 'jobs.stop', { jobId: 3 })).toEqual({ ok: true, data: null })
    expect(asked).toEqual([{ jobId: 3 }])
  })

  it.each([
    ['jobs.stop', { jobId: 0 }],
    ['jobs.stop', { jobId: '3' }],
    ['jobs.stop', { jobId: 3, extra: true }],
    ['jobs.stop', null],
    ['jobs.list', {}],
    ['datasets.add', { token: 't', name: '   ' }],
    ['images.list', { query: everything, fresh: true, offset: 0, limit: 501 }],
    ['nothing.here', null],
    ['toString', null],
    [42, null],
  ])('refuses %s with %j and asks no handler', async (name, input) => {
    const { route, asked, defects } = routerWith({
      'jobs.stop': () => null,
      'jobs.list': () => ({ jobs: [], paused: false }),
    })
    const answer = await route(page, name, input)
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    expect(asked).toEqual([])
    expect(defects).toEqual([])
  })

  it('names the field that is wrong', async () => {
    const { route } = routerWith({})
    const answer = await route(page, 'jobs.stop', { jobId: 'x' })
    expect(answer).toMatchObject({ error: { message: expect.stringContaining('jobId') as string } })
  })

  it.each([
    { url: 'https://example.org/index.html', mainFrame: true },
    { url: 'ddad://app/index.html', mainFrame: false },
    { url: 'ddad://app/index.html.evil', mainFrame: true },
    { url: 'ddad://other/index.html', mainFrame: true },
    { url: '', mainFrame: true },
  ])('refuses the sender $url (main frame $mainFrame)', async (sender) => {
    const { route, asked } = routerWith({ 'jobs.list': () => ({ jobs: [], paused: false }) })
    const answer = await route(sender, 'jobs.list', null)
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    expect(asked).toEqual([])
  })

  it('answers expected failures with their code and tells defects apart', async () => {
    const { route, defects } = routerWith({
      'jobs.stop': () => {
        throw new DdadError('NOT_FOUND', 'There is no job 3.')
      },
      'jobs.list': () => {
        throw new TypeError('a defect')
      },
    })
    expect(await route(page, 'jobs.stop', { jobId: 3 })).toEqual({
      ok: false,
      error: { code: 'NOT_FOUND', message: 'There is no job 3.' },
    })
    expect(await route(page, 'jobs.list', null)).toMatchObject({ error: { code: 'INTERNAL' } })
    expect(defects).toEqual(['jobs.list'])
  })
})
