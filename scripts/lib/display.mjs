import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { SetupError } from './run.mjs'

/** Starts Xvfb on a free display when there is none. Returns the environment to use and how to end it. */
export async function virtualDisplay(env = process.env) {
  if (process.platform !== 'linux' || env.DISPLAY) return { env: {}, end: () => {} }
  let number = 99
  while (fs.existsSync(`/tmp/.X${number}-lock`)) number += 1
  const server = spawn('Xvfb', [`:${number}`, '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], {
    stdio: 'ignore',
  })
  let failure = null
  server.on('error', (error) => (failure = error))
  for (let tries = 0; tries < 100 && !fs.existsSync(`/tmp/.X11-unix/X${number}`); tries += 1) {
    if (failure) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (failure || server.exitCode !== null) {
    throw new SetupError('Xvfb could not be started.\nRemedy: run with DISPLAY set.')
  }
  return { env: { DISPLAY: `:${number}` }, end: () => server.kill() }
}
