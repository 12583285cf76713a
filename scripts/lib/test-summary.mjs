// What the reports of the two test runners say together.

const failedTests = (suites) =>
  suites.flatMap(({ suites: inner = [], specs = [] }) => [
    ...specs.filter(({ ok }) => !ok).map(({ title, file, tests }) => ({ title, file, tests })),
    ...failedTests(inner),
  ])

const pictures = ({ tests }) =>
  tests
    .flatMap(({ results }) => results)
    .flatMap(({ attachments }) => attachments)
    .flatMap(({ name, path }) => (name === 'screenshot' && path ? [path] : []))

/**
 * Adds up reports, null for one that was never written.
 * @param {(object | null)[]} vitest
 * @param {(object | null)[]} playwright
 * @returns {{ passed: number, failed: number, notRun: number, failures: string[] }} `failures`: a line for each failed
 *   test, followed by the paths of its pictures; `notRun`: tests that neither passed nor failed
 */
export function summarise(vitest, playwright) {
  const total = { passed: 0, failed: 0, notRun: 0, failures: [] }
  for (const report of vitest.filter(Boolean)) {
    total.passed += report.numPassedTests
    total.failed += report.numFailedTests
    for (const { name, status, message, assertionResults } of report.testResults) {
      const failed = assertionResults.filter((test) => test.status === 'failed')
      for (const { fullName } of failed) total.failures.push(`${name}: ${fullName}`)
      // A file that could not be loaded has no tests to fail.
      if (status === 'failed' && failed.length === 0) {
        total.failed += 1
        total.failures.push(`${name}: ${message.split('\n')[0]}`)
      }
    }
  }
  for (const report of playwright.filter(Boolean)) {
    const { expected, unexpected, flaky, skipped } = report.stats
    total.passed += expected + flaky
    total.failed += unexpected
    total.notRun += skipped
    for (const spec of failedTests(report.suites)) {
      total.failures.push(
        `${spec.file}: ${spec.title}`,
        ...pictures(spec).map((path) => `  ${path}`),
      )
    }
  }
  return total
}
