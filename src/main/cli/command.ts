/** What a command of `ddad` is. */
import type { ParseArgsOptionsConfig } from 'node:util'
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { Supervisor } from '../processes/supervisor.ts'
import type { Studio } from '../services/studio.ts'
import type { Output } from './output.ts'
import type { Values } from './values.ts'

export interface Command {
  /** As typed, for instance `datasets add`. */
  readonly name: string
  /** What follows the name, without the common options. */
  readonly usage: string
  readonly summary: string
  readonly options: ParseArgsOptionsConfig
  /** More help, if the options need it. */
  readonly details?: string
  run(context: CommandContext): Promise<void>
}

export interface CommandContext {
  readonly values: Values
  readonly output: Output
  /** Opens the workspace of `--workspace`; closed after the command. */
  readonly studio: () => Studio
  /** The folder of `--workspace`, and workers for commands that cannot open it; those close them. */
  readonly workspace: string
  readonly background: () => Supervisor<BackgroundContract>
}

/** A wrong command line: message and usage on stderr, exit code 2. */
export class UsageError extends Error {}

/** A command that did its work but whose answer is no: exit code 1, or another one, without another message. */
export class Unsuccessful extends Error {
  readonly exitCode: number

  constructor(exitCode = 1) {
    super()
    this.exitCode = exitCode
  }
}
