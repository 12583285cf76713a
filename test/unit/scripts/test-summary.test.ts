import { expect, test } from 'vitest'
import { summarise } from '../../../scripts/lib/test-summary.mjs'

const vitest = {
  numPassedTests: 3,
  numFailedTests: 1,
  testResults: [
    {
      name: 'a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { fullName: 'adds', status: 'passed' },
        { fullName: 'divides', status: 'failed' },
      ],
    },
    { name: 'b.test.ts', status: 'failed', message: 'No such module\nat x', assertionResults: [] },
  ],
}
const attachments = [
  { name: 'screenshot', path: '/results/failure-1.png' },
  { name: 'trace', path: '/results/trace.zip' },
]
const playwright = {
  stats: { expected: 5, unexpected: 1, flaky: 0, skipped: 2 },
  suites: [
    {
      specs: [{ ok: true, title: 'opens', file: 'c.spec.ts', tests: [] }],
      suites: [
        {
          specs: [
            {
              ok: false,
              title: 'closes',
              file: 'c.spec.ts',
              tests: [{ results: [{ attachments }] }],
            },
          ],
        },
      ],
    },
  ],
}

test('the reports of both runners add up, with each failure and its picture', () => {
  expect(summarise([vitest], [playwright])).toEqual({
    passed: 8,
    failed: 3,
    notRun: 2,
    failures: [
      'a.test.ts: divides',
      'b.test.ts: No such module',
      'c.spec.ts: closes',
      '  /results/failure-1.png',
    ],
  })
})

test('a report that was never written counts as nothing', () => {
  expect(summarise([null], [null, playwright])).toMatchObject({ passed: 5, failed: 1 })
})
